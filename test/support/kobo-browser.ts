/** How the browser of a Kobo calls itself. */
export const KOBO_BROWSER =
  'Mozilla/5.0 (Linux; U; Android 2.0; en-us;) AppleWebKit/538.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/538.1 (Kobo Touch 0390/4.38.21908)'
