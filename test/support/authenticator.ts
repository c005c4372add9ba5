import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

/** What the server asks, in as much as an authenticator looks at it. */
export type PasskeyOptions = {
  challenge: string
  rp?: { id: string }
  rpId?: string
  user?: { id: string }
}

/** What an authenticator or its browser does otherwise than it should. */
export type Lies = {
  origin?: string
  rpId?: string
  challenge?: string
  type?: string
  /** Nobody showed a finger or a code. */
  isUnverified?: boolean
  counter?: number
  userHandle?: string
  /** Another key signs. */
  isForged?: boolean
}

/** An authenticator in software, with the browser around it: it makes a key, and signs. */
export function openAuthenticator(origin: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const id = randomBytes(16)
  let counter = 0
  let handle = ''

  function clientData(type: string, challenge: string, lies: Lies): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? origin,
        crossOrigin: false,
      }),
    )
  }

  function head(rpId: string, lies: Lies, flags: number): Buffer {
    counter += 1
    const count = Buffer.alloc(4)
    count.writeUInt32BE(lies.counter ?? counter)
    const bits = flags | 1 | (lies.isUnverified ? 0 : 4)
    return Buffer.concat([sha256(lies.rpId ?? rpId), Buffer.from([bits]), count])
  }

  return {
    /** Makes a key, as the form of the page sends it. */
    make(options: PasskeyOptions, lies: Lies = {}): string {
      handle = options.user?.id ?? ''
      const authData = Buffer.concat([
        head(options.rp?.id ?? '', lies, 64),
        Buffer.alloc(16),
        Buffer.from([0, id.length]),
        id,
        coseOf(publicKey),
      ])
      const attestation = map([
        [text('fmt'), text('none')],
        [text('attStmt'), map([])],
        [text('authData'), bytes(authData)],
      ])
      return credential({
        clientDataJSON: clientData('webauthn.create', options.challenge, lies),
        attestationObject: attestation,
      })
    },
    /** Signs. */
    sign(options: PasskeyOptions, lies: Lies = {}): string {
      const client = clientData('webauthn.get', options.challenge, lies)
      const authenticatorData = head(options.rpId ?? '', lies, 0)
      const signed = Buffer.concat([authenticatorData, sha256(client)])
      return credential({
        clientDataJSON: client,
        authenticatorData,
        signature: sign('sha256', signed, lies.isForged ? other : privateKey),
        userHandle:
          lies.userHandle === undefined
            ? Buffer.from(handle, 'base64url')
            : Buffer.from(lies.userHandle),
      })
    },
  }

  function credential(response: Record<string, Buffer>): string {
    const name = id.toString('base64url')
    const told = Object.entries(response).map(([key, value]) => [key, value.toString('base64url')])
    return JSON.stringify({
      id: name,
      rawId: name,
      type: 'public-key',
      response: Object.fromEntries(told) as Record<string, string>,
      clientExtensionResults: {},
    })
  }
}

function sha256(of: string | Buffer): Buffer {
  return createHash('sha256').update(of).digest()
}

/** A public key of P-256 as COSE. */
function coseOf(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  return map([
    [Buffer.from([1]), Buffer.from([2])],
    [Buffer.from([3]), Buffer.from([0x26])],
    [Buffer.from([0x20]), Buffer.from([1])],
    [Buffer.from([0x21]), bytes(Buffer.from(x, 'base64url'))],
    [Buffer.from([0x22]), bytes(Buffer.from(y, 'base64url'))],
  ])
}

/** CBOR of a map, a text and bytes, up to 255 long. */
function map(pairs: [Buffer, Buffer][]): Buffer {
  return Buffer.concat([Buffer.from([0xa0 | pairs.length]), ...pairs.flat()])
}

function text(of: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 | of.length]), Buffer.from(of)])
}

function bytes(of: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x58, of.length]), of])
}
