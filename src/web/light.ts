import { getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import { readForm } from './form.ts'
import { backTo, link, rootOf } from './paths.ts'
import type { Page, WebContext } from './visit.ts'

/** By which light somebody reads: as their device has it, or as they chose. */
export const LIGHTS = ['auto', 'light', 'dark'] as const

export type Light = (typeof LIGHTS)[number]

const COOKIE = 'holdfast-light'
const YEAR = 365 * 24 * 60 * 60

const Chosen = z.object({ light: z.enum(LIGHTS), back: z.string().max(2000).optional() })

/** The light that was chosen with this browser. */
export function readLight(c: WebContext): Light {
  return LIGHTS.find((light) => light === getCookie(c, COOKIE)) ?? 'auto'
}

/** Keeps the choice in a cookie, and goes back to where it was made. */
export function chooseLight(): Page {
  return async (c) => {
    const { light, back } = await readForm(c, Chosen)
    setCookie(c, COOKIE, light, { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: YEAR })
    const root = rootOf(c.req.url)
    return c.redirect(backTo(root, back) ?? link(root, 'books'), 303)
  }
}
