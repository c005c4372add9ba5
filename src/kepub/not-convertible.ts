/**
 * A book or a document that cannot become a KEPUB, so that the original is what a device gets. The reason is one
 * sentence for people; it holds no secret and no absolute path.
 */
export class NotConvertible extends Error {
  readonly reason: string

  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options)
    this.name = 'NotConvertible'
    this.reason = reason
  }
}
