import { openBrowser, type Browser } from './browser.ts'
import { closeKobos, type HouseKobo } from './kobo-at.ts'
import { openScene, type Scene } from './scene.ts'

/** What the Kobo is called: words that a page must not take for more. */
export const NAME = 'Anna’s <Libra> & "more"'

/** In ms. */
export const HOUR = 60 * 60_000

/** A house with three books, all on a Kobo that synced twice, and Anna, who looks at her Kobos. */
export type KoboSeen = {
  scene: Scene
  kobo: HouseKobo
  anna: Browser
  /** Goes from the list of Kobos to the page of this one. */
  device: () => Promise<unknown>
  close(): Promise<void>
}

/** Opens such a house. The caller closes it. */
export async function openKoboSeen(): Promise<KoboSeen> {
  const scene = await openScene(['Emma', '<b>Faust</b> & "more"', 'Persuasion'])
  const kobo = await scene.kobo({ name: NAME })
  await scene.sync(kobo)
  await scene.later(HOUR)
  await scene.sync(kobo)
  const anna = openBrowser(scene.house.url)
  await anna.signIn('Anna')
  await anna.follow('Devices')
  return {
    scene,
    kobo,
    anna,
    device: () => anna.follow(NAME),
    async close() {
      closeKobos()
      await scene.close()
    },
  }
}
