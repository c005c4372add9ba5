import { z } from 'zod'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'
import type { PasskeyPlace } from './passkey-place.ts'
import {
  countPasskey,
  insertPasskey,
  passkeyByCredential,
  passkeysOf,
  type PasskeyKey,
} from './passkey.store.ts'
import type { Person } from './person.ts'
import { personById } from './person.store.ts'
import { same } from './same.ts'

/** The most passkeys of one person. */
export const MOST_PASSKEYS = 20
const LONGEST_NAME = 60
/** Ed25519, ES256 and RS256, as COSE names them: what authenticators have, and every browser knows. */
const ALGORITHMS = [-8, -7, -257]
/** How long an authenticator may take, in ms. */
export const PASSKEY_PATIENCE = 5 * 60_000

const Base64Url = z.string().regex(/^[\w-]{1,16000}$/)
const Transports = z.array(z.string().regex(/^[a-z-]{1,20}$/)).max(10)

/** What a browser says of a new passkey. */
const Made = z.object({
  id: Base64Url,
  rawId: Base64Url,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: Base64Url,
    attestationObject: Base64Url,
    transports: Transports.catch([]),
  }),
})

/** What a browser says when a passkey signed. */
const Signed = z.object({
  id: Base64Url,
  rawId: Base64Url,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: Base64Url,
    authenticatorData: Base64Url,
    signature: Base64Url,
    userHandle: Base64Url,
  }),
})

/** What a browser needs to have a passkey made for somebody, as JSON, with a new challenge. */
export async function askForPasskey(home: Home, place: PasskeyPlace, person: Person) {
  const { generateRegistrationOptions } = await import('@simplewebauthn/server')
  const known = await passkeysOf(home.db.read, person.id)
  if (known.length >= MOST_PASSKEYS)
    throw new Problem('conflict', `You have ${MOST_PASSKEYS} passkeys. Please remove one first.`)
  return generateRegistrationOptions({
    rpName: 'Holdfast',
    rpID: place.rpId,
    userID: new Uint8Array(Buffer.from(person.id)),
    userName: person.name,
    userDisplayName: person.name,
    challenge: new Uint8Array(home.random(32)),
    timeout: PASSKEY_PATIENCE,
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: known.map(({ credential }) => ({ id: credential })),
    // It is found without a name, and it asks its person for a finger, a face or a code: it stands in the place of a password.
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

/**
 * Keeps a passkey that was made for this challenge. Throws `Problem('invalid')` for anything else, `Problem('conflict')` for one that is
 * known.
 */
export async function keepPasskey(
  home: Home,
  place: PasskeyPlace,
  wish: { person: Person; challenge: string; name: string; credential: string },
): Promise<void> {
  const name = readPasskeyName(wish.name)
  const key = await readMade(home, place, wish)
  if (!key) throw new Problem('invalid', 'That passkey could not be taken. Please try again.')
  const { person } = wish
  const id = randomId(home.random)
  await home.db.transact(async (tx) => {
    if (await passkeyByCredential(tx, key.credential))
      throw new Problem('conflict', 'That passkey is known already.')
    if ((await passkeysOf(tx, person.id)).length >= MOST_PASSKEYS)
      throw new Problem('conflict', `You have ${MOST_PASSKEYS} passkeys. Please remove one first.`)
    await insertPasskey(tx, {
      ...key,
      id,
      person: person.id,
      name,
      rpId: place.rpId,
      createdAt: home.now(),
      usedAt: null,
    })
  })
}

/** What somebody calls a passkey. Throws `Problem('invalid')` for a name that will not do. */
export function readPasskeyName(wish: string): string {
  const name = wish.normalize('NFC').trim()
  if (name.length === 0 || name.length > LONGEST_NAME || /[\p{Cc}\p{Bidi_Control}]/u.test(name))
    throw new Problem('invalid', `A passkey’s name has 1 to ${LONGEST_NAME} characters.`)
  return name
}

/** What a browser needs to have any passkey of ours sign, as JSON, with a new challenge. It tells of nobody. */
export async function askToSign(home: Home, place: PasskeyPlace) {
  const { generateAuthenticationOptions } = await import('@simplewebauthn/server')
  return generateAuthenticationOptions({
    rpID: place.rpId,
    challenge: new Uint8Array(home.random(32)),
    timeout: PASSKEY_PATIENCE,
    userVerification: 'required',
  })
}

/** Whose passkey signed this challenge; undefined for anything that is not right in every part. */
export async function personOfPasskey(
  home: Home,
  place: PasskeyPlace,
  { challenge, credential }: { challenge: string; credential: string },
): Promise<Person | undefined> {
  const signed = parsed(Signed, credential)
  const passkey = signed && (await passkeyByCredential(home.db.read, signed.id))
  if (!signed || !passkey) return undefined
  const handle = Buffer.from(signed.response.userHandle, 'base64url').toString()
  if (!same(handle, passkey.person)) return undefined
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  const { verified, authenticationInfo } = await unlessRefused(home, () =>
    verifyAuthenticationResponse({
      response: { ...signed, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: place.origin,
      expectedRPID: place.rpId,
      credential: { ...passkey, id: passkey.credential, transports: [] },
      requireUserVerification: true,
    }),
  )
  if (verified !== true || !authenticationInfo) return undefined
  const count = {
    id: passkey.id,
    before: passkey.counter,
    counter: authenticationInfo.newCounter,
    now: home.now(),
  }
  // Of two that come at once with one counter, one is a copy.
  const isCounted = await home.db.transact((tx) => countPasskey(tx, count))
  return isCounted ? personById(home.db.read, passkey.person) : undefined
}

async function readMade(
  home: Home,
  place: PasskeyPlace,
  { challenge, credential }: { challenge: string; credential: string },
): Promise<PasskeyKey | undefined> {
  const made = parsed(Made, credential)
  if (!made) return undefined
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  const { verified, registrationInfo } = await unlessRefused(home, () =>
    verifyRegistrationResponse({
      response: {
        ...made,
        response: { ...made.response, transports: [] },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: place.origin,
      expectedRPID: place.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  )
  if (verified !== true || !registrationInfo) return undefined
  const { id, publicKey, counter } = registrationInfo.credential
  return { credential: id, publicKey, counter, transports: made.response.transports }
}

/** The library throws plain errors for whatever does not fit, and says what in words without secrets. */
async function unlessRefused<Told>(
  home: Home,
  work: () => Promise<Told>,
): Promise<Told | { verified?: never; registrationInfo?: never; authenticationInfo?: never }> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    home.log.warn({ why: error.message.slice(0, 300) }, 'A passkey was not taken.')
    return {}
  }
}

function parsed<Shape extends z.ZodType>(shape: Shape, text: string): z.infer<Shape> | undefined {
  try {
    return shape.safeParse(JSON.parse(text)).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
