import { audit, copyOf, heal } from './audits.ts'
import { databaseOf, restore } from './backups.ts'
import { ask, deviceOf } from './calls.ts'
import { checkEvents } from './checks-of-device.ts'
import { consent } from './owner.ts'
import type { Step } from './step.ts'
import { faultsOf, sync, syncLocked } from './sync-step.ts'
import { loseSight, type Witnessed } from './witness.ts'
import type { World } from './world.ts'

type OnKobo = Extract<Step, { kobo: 0 | 1 }>

/** What happens to one Kobo, or is asked of the server about it. `id`: of the book, where one is meant. */
export async function actOnKobo(world: World, witness: Witnessed, step: OnKobo, id: string) {
  const { kobo, device } = witness
  const now = world.stage.house.now()
  const book = kobo.state().books.find((each) => each.id === id)
  const isReadable = book?.downloaded === true && book.file !== undefined
  switch (step.do) {
    case 'sync':
      return sync(world, witness, step)
    case 'tap':
      if (!book || book.downloaded) return
      await kobo.tap(id, { faults: faultsOf(world, witness, step) })
      await world.kills.overcome()
      checkEvents(world, witness, step.rate === 0 && !world.wasKilled)
      return
    case 'read':
      if (!isReadable) return
      world.percent = Math.min(99, world.percent + 1)
      await kobo.close(id, { percent: world.percent }, { offline: step.offline })
      checkEvents(world, witness, false)
      return
    case 'highlight':
      if (isReadable) kobo.highlight(id, `Words at ${now}`)
      return
    case 'remove':
      if (!book) return
      kobo.remove(id)
      witness.removed.add(id)
      // A download of it that comes again after that looks like one of a book that is there again.
      if (kobo.state().twins.some((path) => path.includes(id))) witness.exempt.add(id)
      return
    case 'remove download':
      if (isReadable) kobo.removeDownload(id)
      return
    case 'lose row':
      if (!book) return
      kobo.loseRows([id])
      witness.exempt.add(id)
      witness.isDisturbed = true
      return
    case 'delete file':
      if (isReadable) kobo.deleteFile(id)
      return
    case 'wipe':
      for (const each of kobo.state().books) witness.exempt.add(each.id)
      kobo.wipeLibrary()
      witness.isDisturbed = true
      return
    case 'older database':
      if (witness.snapshot) await restore(world, witness, databaseOf(kobo, witness.snapshot))
      return
    case 'copy database':
      witness.copy = copyOf(world, witness)
      return
    case 'audit':
      return void (await audit(world, witness, step))
    case 'heal':
      return heal(world, witness, step)
    case 'resend':
    case 'retract': {
      if (step.do === 'retract') witness.unwanted.add(id)
      const isDone = await ask(world, 'POST', `/devices/${device}/${step.do}`, { books: [id] })
      if (isDone) consent(world, witness, [id])
      return
    }
    case 'bring back':
      if (await ask(world, 'POST', `/devices/${device}/removals/${id}/bring-back`))
        witness.removed.delete(id)
      return
    case 'reset sync':
      await ask(world, 'POST', `/devices/${device}/reset-sync`)
      return consent(world, witness)
    case 'pause': {
      const { paused } = await deviceOf(world, witness)
      return void (await ask(world, 'PATCH', `/devices/${device}`, { paused: !paused }))
    }
    case 'policy': {
      const { onDelete } = await deviceOf(world, witness)
      const next = NEXT_POLICY[onDelete]
      return void (await ask(world, 'PATCH', `/devices/${device}`, { onDelete: next }))
    }
    case 'stranger':
      await (
        await fetch(`${kobo.address()}/v1/library/sync`, { headers: { connection: 'close' } })
      ).text()
      return
    case 'locked':
      return syncLocked(world, witness)
    case 'lose token':
    case 'store token':
      loseSight(witness)
      if (step.do === 'store token') kobo.takeStoreToken()
      else kobo.loseToken()
      return
    case 'sign out':
      loseSight(witness)
      kobo.signOut()
      if (kobo.switches.signOut === 'drops-rows') witness.resets.push(now)
      witness.copy = undefined
      return
    case 'factory reset':
      kobo.factoryReset()
      witness.resets.push(now)
      witness.copy = undefined
      return loseSight(witness)
    case 'device snapshot':
      witness.snapshot = kobo.snapshot()
      return
    case 'device restore':
      if (witness.snapshot) await restore(world, witness, witness.snapshot)
      return
  }
}

const NEXT_POLICY = {
  'keep-off': 'bring-back',
  'bring-back': 'unshelve',
  unshelve: 'keep-off',
} as const
