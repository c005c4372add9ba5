import { changesIn, keepErrata, type Told } from '../errata/keep-errata.store.ts'
import type { NewErratum } from '../errata/erratum.ts'
import type { Home } from '../home.ts'
import { randomId } from '../random-id.ts'

/**
 * Makes what is told of a kind of trouble what is so. `troubles` are all that there are; what is open about others is closed with
 * `because`. Writes only when something changes.
 */
export async function tell(
  home: Home,
  told: Told,
  troubles: readonly NewErratum[],
  because: string,
): Promise<void> {
  const now = home.now()
  const { gone, news } = await changesIn(home.db.read, told, troubles, now)
  if (gone.length === 0 && news.length === 0) return
  const newId = () => randomId(home.random)
  await home.db.transact((tx) => keepErrata(tx, told, troubles, { because, now, newId }))
}
