/** A part of a drawing, in its units. */
type Part = { left: number; top: number; width: number; height: number }

/** The outline of a drawing of this size and of a part within it, as the path of an SVG: filled by even and odd, it is all but the part. */
export function shadeAround(size: { width: number; height: number }, part: Part): string {
  const { left, top, width, height } = part
  return `M0 0H${size.width}V${size.height}H0ZM${left} ${top}h${width}v${height}h${-width}z`
}
