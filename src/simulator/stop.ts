import type { Session } from './device.ts'
import { Interrupted, Postponed } from './interrupted.ts'
import { Unreachable } from './request.ts'

/** An Interrupted for this place, told to the diary. */
export function stop(session: Session, at: string, because: string): Interrupted {
  session.device.diary.note(`${at} ✗ ${because}; the session ends here`)
  return new Interrupted(at, because)
}

/** A Postponed for this place, told to the diary. */
export function putOff(session: Session, at: string): Postponed {
  session.device.diary.note(`${at} is put off to the next sync`)
  return new Postponed(at)
}

/** Does something that needs the server. Throws Interrupted, told to the diary, when there is no answer. */
export async function reaching<Result>(
  session: Session,
  at: string,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    throw stop(session, at, error.message)
  }
}
