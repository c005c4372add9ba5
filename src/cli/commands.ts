import type { Io } from './io.ts'

/** A command: how it is called, what it is for, and what runs it. */
export type Command = {
  /** One or two words. */
  name: string
  usage: string
  summary: string
  details?: string
  /** It answers --help by itself. */
  helpsItself?: boolean
  run: (argv: string[], io: Io) => Promise<number>
}

/** Every command. Each is loaded only when it is called. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'serve',
    usage: 'serve',
    summary: 'Starts the server and stays.',
    details:
      'The address, the port, the folders and an OpenID provider come from HOLDFAST_… in the environment: docs/operating.md lists them.',
    run: async (argv, io) => (await import('./serve.ts')).serve(argv, io),
  },
  {
    name: 'import',
    usage: 'import PATH… [--json]',
    summary: 'Takes EPUB files, or all of a folder, into the library.',
    details: 'The files stay where they are. It fails when one of them could not be imported.',
    run: async (argv, io) => (await import('./import.ts')).importPaths(argv, io),
  },
  {
    name: 'convert',
    usage: 'convert IN [OUT] [--force] [--json]',
    summary: 'Makes a KEPUB of an EPUB, or of every EPUB in a folder.',
    details:
      'OUT is IN with .kepub.epub at the end when it is not given. What is there already stays unless --force is given.',
    run: async (argv, io) => (await import('./convert.ts')).convert(argv, io),
  },
  {
    name: 'user add',
    usage: 'user add NAME [--owner] --password-stdin [--json]',
    summary: 'Adds a person; the password is read from the input.',
    run: async (argv, io) => (await import('./user-add.ts')).addUser(argv, io),
  },
  {
    name: 'user list',
    usage: 'user list [--json]',
    summary: 'Lists everybody of the household.',
    run: async (argv, io) => (await import('./user-list.ts')).listUsers(argv, io),
  },
  {
    name: 'user invite',
    usage: 'user invite [FOR] [--json]',
    summary: 'Invites somebody and prints the address they need, once.',
    details: 'It is good once, and for seven days. Whoever has it picks a name and a password.',
    run: async (argv, io) => (await import('./user-invite.ts')).inviteUser(argv, io),
  },
  {
    name: 'user password',
    usage: 'user password NAME --password-stdin',
    summary: 'Gives somebody another password, read from the input, and ends their sessions.',
    run: async (argv, io) => (await import('./user-password.ts')).setPassword(argv, io),
  },
  {
    name: 'user ways',
    usage: 'user ways NAME [--json]',
    summary: 'Tells how somebody signs in: password, passkeys, provider, recovery codes.',
    run: async (argv, io) => (await import('./user-ways.ts')).listWays(argv, io),
  },
  {
    name: 'user codes',
    usage: 'user codes NAME [--json]',
    summary: 'Makes recovery codes for somebody and prints them, once.',
    details: 'Each lets them in once. Those from before open nothing then.',
    run: async (argv, io) => (await import('./user-codes.ts')).makeCodes(argv, io),
  },
  {
    name: 'user unlink',
    usage: 'user unlink NAME',
    summary: 'Nobody signs in as somebody by an OpenID provider any more.',
    details:
      'Who is on a list of the configuration gets an account of their own when they come again.',
    run: async (argv, io) => (await import('./user-unlink.ts')).unlinkUser(argv, io),
  },
  {
    name: 'passkey remove',
    usage: 'passkey remove ID',
    summary: 'A passkey opens nothing any more.',
    details: '“user ways” tells the ids.',
    run: async (argv, io) => (await import('./passkey-remove.ts')).removePasskey(argv, io),
  },
  {
    name: 'user remove',
    usage: 'user remove NAME [--preview] [--json]',
    summary: 'Removes somebody with all that is theirs alone.',
    details: 'Books that they brought stay. --preview only tells what would become of everything.',
    run: async (argv, io) => (await import('./user-remove.ts')).removeUser(argv, io),
  },
  {
    name: 'token add',
    usage: 'token add USER LABEL [--scopes SCOPE,…] [--days N] [--json]',
    summary: 'Makes an API token and prints it, once.',
    details:
      'A scope is one of: read, shelve, devices, admin. The first three are given when none are named. Without --days it is good until it is revoked.',
    run: async (argv, io) => (await import('./token-add.ts')).addToken(argv, io),
  },
  {
    name: 'token list',
    usage: 'token list [--json]',
    summary: 'Lists API tokens: ids, what they may do, when they were last used.',
    run: async (argv, io) => (await import('./token-list.ts')).listTokens(argv, io),
  },
  {
    name: 'token revoke',
    usage: 'token revoke ID',
    summary: 'An API token opens nothing any more.',
    run: async (argv, io) => (await import('./token-revoke.ts')).revokeOne(argv, io),
  },
  {
    name: 'device add',
    usage: 'device add USER NAME [--json]',
    summary: 'Connects a Kobo and prints its sync URL, once.',
    details: 'The URL goes behind api_endpoint= in .kobo/Kobo/Kobo eReader.conf on the device.',
    run: async (argv, io) => (await import('./device-add.ts')).addDevice(argv, io),
  },
  {
    name: 'device list',
    usage: 'device list [--json]',
    summary: 'Lists the Kobos: ids, names, when they were last seen.',
    run: async (argv, io) => (await import('./device-list.ts')).listDevices(argv, io),
  },
  {
    name: 'device contents',
    usage: 'device contents DEVICE [--status STATUS,…] [--json]',
    summary: 'Tells what a Kobo holds and should hold, and how that is known.',
    details:
      'DEVICE is an id or a name. A status is one of: not-wanted, excluded, preparing, waiting, offered, entitled, on-device, doubtful, missing, leaving, orphan, foreign.',
    run: async (argv, io) => (await import('./device-contents.ts')).deviceContents(argv, io),
  },
  {
    name: 'device syncs',
    usage: 'device syncs DEVICE [--limit N] [--json] [--bundle SYNC]',
    summary: 'Tells what happened in the syncs of a Kobo, newest first.',
    details:
      'DEVICE is an id or a name. Twenty syncs are told when --limit is not given. --bundle prints what one of them left in the log, without titles, names and secrets; simulate --replay lives through it again.',
    run: async (argv, io) => (await import('./device-syncs.ts')).deviceSyncs(argv, io),
  },
  {
    name: 'device next',
    usage: 'device next DEVICE [--json]',
    summary: 'Tells what the next sync of a Kobo will do.',
    details: 'DEVICE is an id or a name.',
    run: async (argv, io) => (await import('./device-next.ts')).deviceNext(argv, io),
  },
  {
    name: 'device resend',
    usage: 'device resend DEVICE BOOK… [--preview] [--json]',
    summary: 'Sends books again that are missing or broken on a Kobo.',
    details:
      'What was downloaded must be downloaded again. --preview only tells what would happen.',
    run: async (argv, io) => (await import('./device-heal.ts')).deviceHeal('resend', argv, io),
  },
  {
    name: 'device retract',
    usage: 'device retract DEVICE BOOK… [--preview] [--json]',
    summary: 'Removes books from a Kobo and offers them again.',
    details: '--preview only tells what would happen.',
    run: async (argv, io) => (await import('./device-heal.ts')).deviceHeal('retract', argv, io),
  },
  {
    name: 'device reset-sync',
    usage: 'device reset-sync DEVICE [--preview] [--json]',
    summary: 'Sends everything to a Kobo again.',
    details:
      'What was downloaded must be downloaded again. --preview only tells what would happen.',
    run: async (argv, io) => (await import('./device-heal.ts')).deviceHeal('reset-sync', argv, io),
  },
  {
    name: 'device bring-back',
    usage: 'device bring-back DEVICE BOOK… [--preview] [--json]',
    summary: 'Brings books back that were removed on a Kobo.',
    details: '--preview only tells what would happen.',
    run: async (argv, io) => (await import('./device-heal.ts')).deviceHeal('bring-back', argv, io),
  },
  {
    name: 'audit',
    usage: 'audit DEVICE PATH [--heal] [--even-unsaved] [--json]',
    summary: 'Compares a Kobo’s own database with what is known of it.',
    details:
      'DEVICE is an id or a name. PATH is a KoboReader.sqlite or the drive of a Kobo that is plugged in; nothing on it is changed. --heal has the next sync put right what is found, but for books with highlights on the Kobo that are not stored here: these only with --even-unsaved.',
    run: async (argv, io) => (await import('./audit.ts')).auditPath(argv, io),
  },
  {
    name: 'key rotate',
    usage: 'key rotate',
    summary: 'Gives the server another key, when the old one may be known to somebody.',
    details:
      'Stop the server first. Download addresses, covers and access tokens that Kobos have open nothing any more; they fetch new ones with their next sync. Addresses, passwords, sessions and API tokens stay.',
    run: async (argv, io) => (await import('./key-rotate.ts')).rotateKey(argv, io),
  },
  {
    name: 'connect',
    usage: 'connect PATH URL',
    summary: 'Has a Kobo that is plugged in sync with the URL of device add.',
    details:
      'PATH is the drive of the Kobo, or its “Kobo eReader.conf”. Nothing else in that file changes, and a copy of it stays beside it. What was bought in Kobo’s store stays on the Kobo; the store itself, Kobo Plus and OverDrive rest until disconnect.',
    run: async (argv, io) => (await import('./connect.ts')).connect(argv, io),
  },
  {
    name: 'disconnect',
    usage: 'disconnect PATH',
    summary: 'Gives a Kobo that is plugged in back to Kobo’s store.',
    details:
      'PATH is as for connect. What the Kobo kept of this server is taken out, so that covers of the store come back. No server is needed.',
    run: async (argv, io) => (await import('./connect.ts')).disconnect(argv, io),
  },
  {
    name: 'errata act',
    usage: 'errata act ID NAME',
    summary: 'Does what an erratum proposes.',
    details: 'The action “audit” only says how the Kobo is audited.',
    run: async (argv, io) => (await import('./errata-act.ts')).actOn(argv, io),
  },
  {
    name: 'errata',
    usage: 'errata [--json]',
    summary: 'Lists what needs a person’s eye.',
    run: async (argv, io) => (await import('./errata.ts')).listAll(argv, io),
  },
  {
    name: 'simulate',
    usage: 'simulate SYNC_URL --home DIR […]',
    summary: 'Syncs a simulated Kobo that finds fault with the server.',
    helpsItself: true,
    run: async (argv, io) => (await import('../simulator/command.ts')).simulate(argv, io),
  },
]
