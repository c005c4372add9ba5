/** The package has no types of its own. */
declare module 'subset-font' {
  type Axis = number | { min: number; max: number }
  export default function subsetFont(
    font: Buffer,
    characters: string,
    options: {
      targetFormat: 'woff2'
      noHinting?: boolean
      variationAxes?: Readonly<Record<string, Axis>>
    },
  ): Promise<Buffer>
}
