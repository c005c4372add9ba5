import type { ToldAudit } from './told.ts'

/** What is told of the books of a class; those that are as they should be are only counted. */
export const CLASS_WORDS: readonly (readonly [name: keyof ToldAudit['classes'], words: string])[] =
  [
    ['entitledOnly', 'in the library, not downloaded'],
    ['lost', 'lost'],
    ['removedRow', 'marked as removed'],
    ['fileMissing', 'its file is missing'],
    ['staleFile', 'its file is an older one'],
    ['orphan', 'there, and not wanted there'],
    ['duplicate', 'there is a sideloaded copy, too'],
    ['newerOnDevice', 'read further there, or with highlights that are not here'],
    ['unread', 'in the damaged part of the database, or lost'],
    ['outdated', 'changed since this copy was made'],
  ]
