import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { closeQuestions, openQuestions } from './amnesia-question.ts'
import { beginEpoch, beginEpochAt } from './epoch.ts'
import { record } from './facts.ts'

/**
 * A person answers what became of the library of a device that lost its token: it is *kept*, or *empty* since the question `from`,
 * which then begins a new epoch there.
 */
export async function answerAmnesia(
  tx: Tx,
  home: Home,
  device: Pick<Device, 'id'>,
  from: number,
  library: 'kept' | 'empty',
): Promise<void> {
  await record(tx, home, device.id, [{ kind: 'answered', from, library }])
  if (library === 'empty') await beginEpochAt(tx, home, device, from)
  else
    await closeQuestions(tx, device.id, {
      since: from,
      until: from,
      because: 'It still has its books.',
      now: home.now(),
    })
}

/**
 * A person who gives a Kobo its address anew says what became of its library, also when nobody has asked yet. A factory reset erases the
 * address, so people come by here.
 */
export async function tellLibrary(
  tx: Tx,
  home: Home,
  device: Pick<Device, 'id'>,
  library: 'kept' | 'empty',
): Promise<void> {
  const questions = await openQuestions(tx, device.id)
  for (const { from } of questions) await answerAmnesia(tx, home, device, from, library)
  if (library === 'kept')
    await record(tx, home, device.id, [{ kind: 'answered', from: null, library }])
  else if (questions.length === 0) await beginEpoch(tx, home, device)
}
