/** The largest content document that is read, in bytes. Kobo's own guide allows 10 MB. */
export const DOCUMENT_LIMIT = 50_000_000

/**
 * The longest document that is parsed rather than scanned, in UTF-16 code units: its tree takes some fifty bytes for
 * each of them.
 */
export const PARSED_LIMIT = 10_000_000

/** The most elements that reading a document may make: repairs of markup multiply what stands in it. */
export const ELEMENT_LIMIT = 1_000_000

/** The most attributes of one element: looking for doubled ones takes the square of their number. */
export const ATTRIBUTE_LIMIT = 1_000

/** The deepest nesting of elements, as the tags are written. */
export const NESTING_LIMIT = 20_000

/** The sum over all tags of the depth they stand at: what searching the open elements may cost. */
export const NESTING_WORK_LIMIT = 1_000_000_000

/** What the declared entities of a document may add to it, in UTF-16 code units. */
export const EXPANSION_LIMIT = 5_000_000

/** How deep declared entities may name one another. */
export const ENTITY_NESTING_LIMIT = 16
