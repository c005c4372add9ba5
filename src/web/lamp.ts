import { getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import { readForm } from './form.ts'
import { backTo, link, rootOf } from './paths.ts'
import type { Page, WebContext } from './visit.ts'

/** By which light somebody reads: as their device has it, or as they chose. */
export const LAMPS = ['auto', 'light', 'dark'] as const

export type Lamp = (typeof LAMPS)[number]

const COOKIE = 'holdfast-lamp'
const YEAR = 365 * 24 * 60 * 60

const Chosen = z.object({ lamp: z.enum(LAMPS), back: z.string().max(2000).optional() })

/** The light that was chosen with this browser. */
export function readLamp(c: WebContext): Lamp {
  return LAMPS.find((lamp) => lamp === getCookie(c, COOKIE)) ?? 'auto'
}

/** Keeps the choice in a cookie, and goes back to where it was made. */
export function chooseLamp(): Page {
  return async (c) => {
    const { lamp, back } = await readForm(c, Chosen)
    setCookie(c, COOKIE, lamp, { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: YEAR })
    const root = rootOf(c.req.url)
    return c.redirect(backTo(root, back) ?? link(root, 'books'), 303)
  }
}
