import type { ErratumKind, NewErratum } from './erratum.ts'

/** A Kobo that asks for highlights, and tells of its own, with a token that is not of this server. */
export function foreignToken(device: Caller): NewErratum {
  return {
    ...about(device, 'foreign-token'),
    cause: `“${device.name}” tells of its highlights with a sign-in that is not from this server.`,
    consequence:
      'They are kept apart, and those that are stored here do not reach it. This ends when it next syncs with this server.',
  }
}

/** A Kobo that calls with an address that another one has replaced. */
export function retiredAddress(device: Caller): NewErratum {
  return {
    ...about(device, 'retired-address'),
    cause: `“${device.name}” still calls with an address that was replaced.`,
    consequence: 'It gets nothing until the new address stands in its configuration.',
  }
}

/** A Kobo that calls although it was revoked. */
export function revokedAddress(device: Caller): NewErratum {
  return {
    ...about(device, 'revoked-address'),
    cause: `“${device.name}” still calls, although it was revoked.`,
    consequence: 'It gets nothing. Let it in again, or put another address into its configuration.',
  }
}

/** Wanted books of which nobody can tell whether they are on a Kobo, because it or this server was put back to an earlier day. */
export function goneBackInTime(device: Caller): NewErratum {
  return {
    ...about(device, 'gone-back-in-time'),
    cause: `“${device.name}” and this library remember different pasts: one of them was put back to an earlier day.`,
    consequence:
      'Some books may or may not be on it. They are left alone until it tells of them, or until you have them sent again: then those that are there must be downloaded anew. An audit of its own database tells without that.',
  }
}

/** A Kobo that came without its token, where nothing tells whether its library is still there. `from` names the question. */
export function lostItsToken(device: Caller, from: number): NewErratum {
  return {
    ...about(device, 'amnesia'),
    subject: `${device.id} ${from}`,
    cause: `“${device.name}” came as if it were new: it no longer knows what it was sent.`,
    consequence:
      'Books that it never downloaded are sent again. Those it had downloaded are left alone until you say whether it was reset, or audit it: its own database knows.',
    detail: { from: String(from) },
  }
}

/** A machine took so many books off the shelves of a Kobo that somebody must look before they are removed from it. */
export function massRemoval(device: Caller, books: number): NewErratum {
  return {
    ...about(device, 'mass-removal'),
    cause: `${books} books were taken off the shelves of “${device.name}” by a program and not by a person.`,
    consequence: 'They stay on the Kobo until you say whether they are to leave it.',
  }
}

/**
 * Books that are otherwise on a Kobo than its ledger says, by its own database. `heldBack`: how many of them are not sent anew by
 * themselves, since they have highlights that are not stored here.
 */
export function drifted(
  device: Caller,
  { audit, books, heldBack }: { audit: string; books: number; heldBack: number },
): NewErratum {
  const some =
    books === 1 ? 'One book is not as it should be' : `${books} books are not as they should be`
  const waiting = heldBack === 1 ? 'one of them has' : `${heldBack} of them have`
  return {
    ...about(device, 'drift'),
    cause: `${some} on “${device.name}”, by its own database.`,
    consequence: `Healing puts right what the next sync can put right.${
      heldBack > 0
        ? ` But ${waiting} highlights on the Kobo that are not stored here: fetched anew, they are lost. Heal those from the audit itself, saying so.`
        : ''
    }`,
    detail: { audit },
  }
}

/** A Kobo that an erratum is about. */
export type Caller = { id: string; name: string; person: string }

/** What is the same in every erratum about a Kobo and nothing else. */
export function about(device: Caller, kind: ErratumKind) {
  const { id, person } = device
  return { kind, subject: id, person, device: id, book: null, detail: {} }
}
