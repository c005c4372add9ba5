import { z } from 'zod'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'
import { Base64Url, parsed, PASSKEY_PATIENCE, readPasskeyName, unlessRefused } from './passkey.ts'
import type { PasskeyPlace } from './passkey-place.ts'
import { insertPasskey, passkeyByCredential, passkeysOf, type PasskeyKey } from './passkey.store.ts'
import type { Person } from './person.ts'

/** The most passkeys of one person. */
const MOST_PASSKEYS = 20
/** Ed25519, ES256 and RS256, as COSE names them: what authenticators have, and every browser knows. */
const ALGORITHMS = [-8, -7, -257]

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
