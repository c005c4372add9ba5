import { pixelsOf, type Crop, type Size } from '../../catalogue/crop.ts'
import { shadeAround } from './shade.ts'

/** The most pixels of a page that a picture takes. */
const WHOLE: Size = { width: 360, height: 480 }
const CROPPED: Size = { width: 160, height: 240 }

type Shown = {
  /** The address of the whole picture. */
  picture: string
  size: Size
  crop: Crop | null
}

/** All of a picture, with what a crop cuts off in the shade. */
export function WholePicture({ picture, size, crop }: Shown) {
  const { width, height } = within(size, WHOLE)
  return (
    <div class="whole" id="whole">
      <svg
        viewBox={`0 0 ${size.width} ${size.height}`}
        width={String(width)}
        height={String(height)}
        role="img"
        aria-label="The whole picture; what is cut off is in the shade"
        focusable="false"
      >
        <Picture picture={picture} size={size} />
        <path class="shade" fill-rule="evenodd" d={shadeAround(size, partOf(size, crop))} />
      </svg>
    </div>
  )
}

/** What is left of a picture. */
export function CroppedPicture({ picture, size, crop }: Shown) {
  const { left, top, ...part } = partOf(size, crop)
  // Its size on the page stays when the crop changes, so that nothing around it moves.
  return (
    <figure>
      <svg
        id="left-over"
        viewBox={`${left} ${top} ${part.width} ${part.height}`}
        width={String(CROPPED.width)}
        height={String(CROPPED.height)}
        preserveAspectRatio="xMinYMin meet"
        role="img"
        aria-label="The cover as it will be"
        focusable="false"
      >
        <clipPath id="part">
          <rect
            x={String(left)}
            y={String(top)}
            width={String(part.width)}
            height={String(part.height)}
          />
        </clipPath>
        <g clip-path="url(#part)">
          <Picture picture={picture} size={size} />
        </g>
      </svg>
      <figcaption class="soft">As it will be</figcaption>
    </figure>
  )
}

function Picture({ picture, size }: { picture: string; size: Size }) {
  // An old WebKit knows the address of an image within a drawing by no other name.
  return <image xlink:href={picture} width={String(size.width)} height={String(size.height)} />
}

function partOf(size: Size, crop: Crop | null): Crop {
  return crop === null ? { left: 0, top: 0, ...size } : pixelsOf(crop, size)
}

function within(size: Size, box: Size): Size {
  const scale = Math.min(box.width / size.width, box.height / size.height)
  return {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  }
}
