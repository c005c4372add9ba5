import type { ConfRefusal } from './edit.ts'

/** Why a file was left as it is, for people. */
export const CONF_REFUSALS: Record<ConfRefusal, string> = {
  'not-a-conf': 'That file is no configuration of a Kobo. It was left as it is.',
  'too-large': 'That file is too large for a configuration of a Kobo. It was left as it is.',
}

/** The name of the file, and of the copy of what was there before anything was changed: a text, since some systems refuse other endings. */
export const CONF_NAME = 'Kobo eReader.conf'
export const CONF_BACKUP = `${CONF_NAME}.before-holdfast.txt`
