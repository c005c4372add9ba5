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
  updated: { id: string; at: number | null; raw: string; isMarkup: boolean }[]
  deleted: string[]
  /** All of it could be read. */
  isWhole: boolean
}

/**
 * Folds the bodies of PATCHes, in the order they came, to the set they add up to. Of two versions of an annotation the later
 * one counts, by the instant it carries where both have one (a PATCH may come twice or late); a deletion counts until the
 * annotation is told of again. A body that cannot be read adds nothing (docs/protocol/annotations.md).
 */
export function foldAnnotations(bodies: readonly string[]): AnnotationSet {
  const { present, deleted } = foldChanges(bodies)
  return { annotations: [...present.values()].map(({ raw }) => raw), deleted: [...deleted] }
}

/** Whether the set that these bodies add up to holds marks of a stylus, whose pictures are not kept here. */
export function holdsMarkup(bodies: readonly string[]): boolean {
  return [...foldChanges(bodies).present.values()].some(({ isMarkup }) => isMarkup)
}

/**
 * What of this PATCH the folded set cannot give back whole: stylus marks, or something that could not be read. Null when it can
 * give back everything.
 */
export function beyondTheSet(body: string): 'markup' | 'unreadable' | null {
  const change = readAnnotationPatch(body)
  if (!change?.isWhole) return 'unreadable'
  return change.updated.some(({ isMarkup }) => isMarkup) ? 'markup' : null
}

type Present = { at: number | null; raw: string; isMarkup: boolean }

function foldChanges(bodies: readonly string[]): {
  present: Map<string, Present>
  deleted: Set<string>
} {
  const present = new Map<string, Present>()
  const deleted = new Set<string>()
  for (const change of bodies.map((body) => readAnnotationPatch(body))) {
    for (const { id, at, raw, isMarkup } of change?.updated ?? []) {
      const before = present.get(id)
      if (!before || before.at === null || at === null || at >= before.at)
        present.set(id, { at, raw, isMarkup })
      deleted.delete(id)
    }
    for (const id of change?.deleted ?? []) {
      present.delete(id)
      deleted.add(id)
    }
  }
  return { present, deleted }
}

/** What the body of a PATCH says; undefined when it is not the JSON object of a PATCH. */
export function readAnnotationPatch(body: string): AnnotationChange | undefined {
  if (!isObject(body)) return undefined
  const members = rawMembers(body)
  const deleted = z.array(z.string()).safeParse(parsed(members.get('deletedAnnotationIds')) ?? [])
  const told = rawElements(members.get('updatedAnnotations') ?? '')
  const updated = told.flatMap((raw) => {
    const annotation = ANNOTATION.safeParse(parsed(raw))
    if (!annotation.success) return []
    const { id, type, clientLastModifiedUtc, attachments } = annotation.data
    const at = Date.parse(clientLastModifiedUtc ?? '')
    const isMarkup = type === 'markup' || Object.keys(attachments ?? {}).length > 0
    return [{ id, at: Number.isNaN(at) ? null : at, raw, isMarkup }]
  })
  const isList = LIST.safeParse(parsed(members.get('updatedAnnotations')) ?? []).success
  return {
    updated,
    deleted: deleted.success ? deleted.data : [],
    isWhole: deleted.success && isList && updated.length === told.length,
  }
}

const LIST = z.array(z.unknown())

const ANNOTATION = z.object({
  id: z.string().min(1),
  type: z.string().optional().catch(undefined),
  clientLastModifiedUtc: z.string().optional().catch(undefined),
  attachments: z.record(z.string(), z.unknown()).optional().catch(undefined),
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
