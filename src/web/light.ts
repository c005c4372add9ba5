import { z } from 'zod'
import type { Home } from '../home.ts'
import { giveLight, readLightCookie } from './cookie.ts'
import { readForm } from './form.ts'
import { backTo, link, rootOf } from './paths.ts'
import type { Page, WebContext } from './visit.ts'

/** By which light somebody reads: as their device has it, or as they chose. */
export const LIGHTS = ['auto', 'light', 'dark'] as const

export type Light = (typeof LIGHTS)[number]

const Chosen = z.object({ light: z.enum(LIGHTS), back: z.string().max(2000).optional() })

/** The light that was chosen with this browser. */
export function readLight(c: WebContext, home: Home): Light {
  const kept = readLightCookie(c, home)
  return LIGHTS.find((light) => light === kept) ?? 'auto'
}

/** Keeps the choice in a cookie, and goes back to where it was made. */
export function chooseLight(home: Home): Page {
  return async (c) => {
    const { light, back } = await readForm(c, Chosen)
    giveLight(c, home, light)
    const root = rootOf(c.req.url)
    return c.redirect(backTo(root, back) ?? link(root, 'books'), 303)
  }
}
