// Browsers look for these, too: nothing here may need Node.

/** What a device calls its database; beside it lies what has not reached it yet. */
export const DATABASE = 'KoboReader.sqlite'

/** The folder of a drive in which it lies. */
export const KOBO_FOLDER = '.kobo'

/** The folder in that one with the files of books, each with its book's id as its name. */
export const KEPUB_FOLDER = 'kepub'

/** The file in it that names the firmware. */
export const VERSION_FILE = 'version'
