import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'

/** What no page of ours uses: a script that got into one gets neither at the machine nor at what it knows. Passkeys are made and used. */
const UNUSED = [
  'accelerometer',
  'autoplay',
  'camera',
  'clipboardRead',
  'displayCapture',
  'encryptedMedia',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'idleDetection',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'pictureInPicture',
  'screenWakeLock',
  'serial',
  'syncXhr',
  'usb',
  'xrSpatialTracking',
] as const

/**
 * What every page and file tells browsers: nothing is fetched from elsewhere, no script runs, and no other site shows it. `withScripts`:
 * scripts of our own run, in workers too, and speak to us.
 */
export function pageHeaders({ withScripts = false } = {}): MiddlewareHandler {
  const ours = ["'self'"]
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      ...(withScripts && { scriptSrc: ours, workerSrc: ours, connectSrc: ours }),
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      fontSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    permissionsPolicy: Object.fromEntries(UNUSED.map((name) => [name, []])),
    // Whether the server is reached by https is said with every answer (answer-headers.ts).
    strictTransportSecurity: false,
  })
}

/** What every script tells browsers. One that runs as a worker obeys this: it may run WebAssembly, which the page itself may not. */
export function scriptHeaders(): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
      connectSrc: ["'self'"],
      formAction: ["'none'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    strictTransportSecurity: false,
  })
}

/** Pages are kept nowhere, unless they say otherwise: what a person saw is not shown to whoever goes back in the browser after them. */
export function keptNowhere(): MiddlewareHandler {
  return async (c, next) => {
    await next()
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
  }
}
