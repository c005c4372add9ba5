import { z } from 'zod'
import type { Home } from '../home.ts'
import { Base64Url, parsed, PASSKEY_PATIENCE, unlessRefused } from './passkey.ts'
import type { PasskeyPlace } from './passkey-place.ts'
import { countPasskey, passkeyByCredential } from './passkey.store.ts'
import type { Person } from './person.ts'
import { personById } from './person.store.ts'
import { same } from './same.ts'

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
