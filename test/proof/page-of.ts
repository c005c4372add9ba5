/** The page that a token of ours names. */
export function pageOf(token: string | null): string | undefined {
  if (token === null || token.includes('.')) return undefined
  try {
    const body: unknown = JSON.parse(Buffer.from(token, 'base64').toString())
    const page = typeof body === 'object' && body !== null && 'p' in body ? body.p : undefined
    return typeof page === 'string' && page !== '' ? page : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
