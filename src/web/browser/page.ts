import { dropBooks } from './drop-books.ts'
import { listenForKeys } from './keys.ts'
import { keepRibbon } from './ribbon.ts'
import { searchWhileTyping } from './search.ts'
import { shelveAtOnce } from './shelve.ts'

/** What every page does beyond what works without scripts. Each looks itself whether it has anything to do here. */
listenForKeys()
searchWhileTyping()
dropBooks()
keepRibbon()
shelveAtOnce()
