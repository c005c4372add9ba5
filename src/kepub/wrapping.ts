/** By this comment a document is known to be converted: an attribute on style would not be valid in EPUB 2. */
export const STYLE_MARK = '/*kobostylehacks*/'

/**
 * The last element of head. The wrapper gets no margins of its own, and upright digits in vertical Japanese stay
 * combined inside a span.
 */
export const STYLE = `<style type="text/css">${STYLE_MARK}div#book-inner { margin-top: 0; margin-bottom: 0; } span.koboSpan { -webkit-text-combine: inherit; }</style>`

/** What the device hangs its columns and margins on: the only child of body. */
export const WRAPPER_OPEN = '<div id="book-columns"><div id="book-inner">'
export const WRAPPER_CLOSE = '</div></div>'
