import type { Context } from 'hono'

/** The body of a request as JSON; undefined when there is none or it is not JSON. Its shape is the caller's to check. */
export async function readJson(c: Context): Promise<unknown> {
  const text = await c.req.text()
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
