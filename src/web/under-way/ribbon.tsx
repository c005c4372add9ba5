import type { Told } from '../../under-way.ts'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'

type Of = Pick<Visit, 'root' | 'underWay'>

/** A quiet line on every page while books come in or are prepared; empty otherwise. A script of ours keeps it as it is now. */
export function Ribbon({ visit }: { visit: Of }) {
  const { root, underWay } = visit
  const { imports, preparation } = underWay
  return (
    <div id="ribbon" class="ribbon" data-ask={link(root, 'underWay')}>
      {imports && (
        <p data-work="imports">
          <a href={link(root, 'underWay')}>
            {importsInWords(imports)}
            {imports.names.length > 0 && ':'}
          </a>
          <span class="soft"> {imports.names.join(', ')}</span>
          {imports.failed > 0 && (
            <>
              {' '}
              <a class="stamp" href={link(root, 'errata')}>
                {failedInWords(imports)}
              </a>
            </>
          )}
        </p>
      )}
      {preparation && (
        <p>
          <a href={link(root, 'underWay')}>{preparationInWords(preparation)}</a>
        </p>
      )}
    </div>
  )
}

/** “Taking in 4 of 40”. Pure. */
export function importsInWords({ done, total }: Told): string {
  return `Taking in ${Math.min(done + 1, total)} of ${total}`
}

/** “Preparing 2 of 7 books for Kobos”. Pure. */
export function preparationInWords({ done, total }: Told): string {
  if (total === 1) return 'Preparing a book for Kobos'
  return `Preparing ${Math.min(done + 1, total)} of ${total} books for Kobos`
}

/** “2 could not become books”. Pure. */
export function failedInWords({ failed }: Told): string {
  return failed === 1 ? 'One could not become a book' : `${failed} could not become books`
}
