import { z } from 'zod'
import { rawElements, rawMembers } from './raw-json.ts'

/** A person's annotations in one book, as their PATCHes tell it. */
export type AnnotationSet = {
  /** The annotations that exist, each as the exact text that a device wrote, in the order they were first told of. */
  annotations: string[]
  /** Ids of those that were deleted. */
  deleted: string[]
}

/** What one PATCH says. Annotations are raw JSON text. */
export type AnnotationChange = {
  updated: { id: string; at: number | null; raw: string }[]
  deleted: string[]
}

/**
 * Folds the bodies of PATCHes, in the order they came, to the set they add up to. Of two versions of an annotation the later
 * one counts, by the instant it carries where both have one (a PATCH may come twice or late); a deletion counts until the
 * annotation is told of again. A body that cannot be read adds nothing (docs/protocol/annotations.md).
 */
export function foldAnnotations(bodies: readonly string[]): AnnotationSet {
  const present = new Map<string, { at: number | null; raw: string }>()
  const deleted = new Set<string>()
  for (const change of bodies.map((body) => readAnnotationPatch(body))) {
    for (const { id, at, raw } of change?.updated ?? []) {
      const before = present.get(id)
      if (!before || before.at === null || at === null || at >= before.at)
        present.set(id, { at, raw })
      deleted.delete(id)
    }
    for (const id of change?.deleted ?? []) {
      present.delete(id)
      deleted.add(id)
    }
  }
  return { annotations: [...present.values()].map(({ raw }) => raw), deleted: [...deleted] }
}

/** What the body of a PATCH says; undefined when it is not the JSON object of a PATCH. */
export function readAnnotationPatch(body: string): AnnotationChange | undefined {
  if (!isObject(body)) return undefined
  const members = rawMembers(body)
  const deleted = z.array(z.string()).safeParse(parsed(members.get('deletedAnnotationIds')))
  return {
    updated: rawElements(members.get('updatedAnnotations') ?? '').flatMap((raw) => {
      const annotation = ANNOTATION.safeParse(parsed(raw))
      if (!annotation.success) return []
      const at = Date.parse(annotation.data.clientLastModifiedUtc ?? '')
      return [{ id: annotation.data.id, at: Number.isNaN(at) ? null : at, raw }]
    }),
    deleted: deleted.success ? deleted.data : [],
  }
}

const ANNOTATION = z.object({
  id: z.string().min(1),
  clientLastModifiedUtc: z.string().optional().catch(undefined),
})

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

function parsed(raw: string | undefined): unknown {
  return raw === undefined ? undefined : JSON.parse(raw)
}
