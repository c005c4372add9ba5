/** The directives that `default-src` does not stand in for. */
const ALONE = ['base-uri', 'form-action', 'frame-ancestors']

/** Those of a page by which something of another site could run in it, or be fetched by it. */
const SOURCES = ['script-src', 'style-src', 'object-src', 'img-src', 'connect-src', 'worker-src']

/**
 * What is wrong with a Content-Security-Policy, in sentences. One that puts the answer into a sandbox without any freedom needs neither
 * `base-uri` nor `form-action`: nothing is shown and nothing sent.
 */
export function faultsOfPolicy(policy: string): string[] {
  if (policy.trim() === '') return ['is missing']
  const directives = parse(policy)
  const said = (name: string) => directives.get(name)
  const isShut = said('sandbox')?.length === 0
  const faults: string[] = []
  const standard = said('default-src')
  if (!standard || standard.some((source) => !/^'(?:none|self)'$/.test(source)))
    faults.push("has a default-src other than 'none' and 'self'")
  for (const [name, sources] of directives)
    for (const source of sources)
      if (isLoose(name, source)) faults.push(`allows ${source} in ${name}`)
  for (const name of ALONE) {
    if (isShut && name !== 'frame-ancestors') continue
    const sources = said(name)
    if (!sources) faults.push(`does not say ${name}`)
    else if (sources.length !== 1 || !/^'(?:none|self)'$/.test(sources[0] ?? ''))
      faults.push(`is wide in ${name}`)
  }
  if (said('frame-ancestors')?.includes("'none'") === false) faults.push('may be framed')
  const plugins = said('object-src') ?? standard
  if (plugins?.join() !== "'none'") faults.push('allows plugins')
  // Where every source is the site itself, there is nothing that could come without encryption.
  const isOwn = SOURCES.flatMap((name) => said(name) ?? []).every((source) =>
    source.startsWith("'"),
  )
  if (!isOwn && !said('upgrade-insecure-requests'))
    faults.push('lets parts come without encryption')
  return faults
}

/** What may be in a sandbox, and what may not stand anywhere else. */
function isLoose(name: string, source: string): boolean {
  if (name === 'sandbox') return /^allow-(?:scripts|same-origin|top-navigation)/.test(source)
  if (name === 'report-to' || name === 'report-uri') return false
  // WebAssembly may run in a worker that reads a database; it reaches no page.
  if (source === "'wasm-unsafe-eval'") return name !== 'script-src'
  return /^'unsafe-|\*|^(?:https?|data|blob|filesystem|wss?):$|^http:/.test(source)
}

function parse(policy: string): Map<string, string[]> {
  const directives = new Map<string, string[]>()
  for (const text of policy.split(';')) {
    const [name = '', ...values] = text.trim().split(/\s+/)
    // Only the first of a name counts.
    if (name !== '' && !directives.has(name.toLowerCase()))
      directives.set(name.toLowerCase(), values)
  }
  return directives
}
