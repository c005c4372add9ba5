import { z } from 'zod'
import type { Home } from '../../home.ts'
import { askForPasskey, keepPasskey } from '../../people/make-passkey.ts'
import { PASSKEY_PATIENCE, readPasskeyName } from '../../people/passkey.ts'
import { PASSKEYS_NEED, type PasskeyPlace } from '../../people/passkey-place.ts'
import { renamePasskey, type Passkey } from '../../people/passkey.store.ts'
import { takeAwayPasskey } from '../../people/ways-in.ts'
import { Problem } from '../../problem.ts'
import { giveTicket, takeTicket } from '../cookie.ts'
import { readForm, TOKEN_FIELD } from '../form.ts'
import { Form, Time } from '../layout.tsx'
import { Matter } from '../matter.tsx'
import { link } from '../paths.ts'
import { requirePlace } from '../session/passkey.tsx'
import type { Page, Visit } from '../visit.ts'
import { refuseStale } from './fresh.ts'

const KIND = 'new-passkey'
const Asked = z.object({ challenge: z.string(), session: z.string() })
const Made = z.object({ credential: z.string().max(32_000), name: z.string().max(400) })
const Name = z.object({ name: z.string().max(400) })

/** What a script of ours asks before a passkey is made. */
export function askNewPasskey(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    refuseStale(visit)
    const options = await askForPasskey(home, requirePlace(c, home), visit.person)
    const body: z.infer<typeof Asked> = { challenge: options.challenge, session: visit.session }
    giveTicket(c, home, { kind: KIND, body, life: PASSKEY_PATIENCE })
    return c.json(options)
  }
}

/** Keeps a passkey that was made. */
export function addPasskey(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    refuseStale(visit)
    const { credential, name } = await readForm(c, Made)
    const asked = takeTicket(c, home, KIND, Asked)
    if (!asked || asked.session !== visit.session)
      throw new Problem('invalid', 'That took longer than five minutes. Please try again.')
    const { person } = visit
    const { challenge } = asked
    await keepPasskey(home, requirePlace(c, home), { person, challenge, name, credential })
    return c.redirect(link(visit.root, 'account', {}, { done: 'passkey' }), 303)
  }
}

/** Gives a passkey another name. */
export function nameOnePasskey(home: Home): Page {
  return async (c) => {
    const { person, root } = c.var.visit
    const name = readPasskeyName((await readForm(c, Name)).name)
    const wish = { id: c.req.param('id') ?? '', person: person.id, name }
    if (!(await home.db.transact((tx) => renamePasskey(tx, wish))))
      throw new Problem('not_found', 'You have no passkey with that id.')
    return c.redirect(link(root, 'account'), 303)
  }
}

/** Removes a passkey: it opens nothing any more. */
export function removePasskey(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    refuseStale(visit)
    await takeAwayPasskey(home, { id: c.req.param('id') ?? '', person: visit.person.id })
    return c.redirect(link(visit.root, 'account'), 303)
  }
}

/** Somebody's passkeys, and the form for another one, which a script shows where the browser knows passkeys. */
export function Passkeys(props: {
  visit: Visit
  place: PasskeyPlace | undefined
  passkeys: Passkey[]
}) {
  const { visit, place, passkeys } = props
  return (
    <Matter
      id="passkeys"
      title="Passkeys"
      note="A passkey is kept by your phone or computer, and signs you in without a password."
    >
      {passkeys.length === 0 ? (
        <p>You have none.</p>
      ) : (
        <ul class="entries">
          {passkeys.map((passkey) => (
            <li>
              <OnePasskey visit={visit} place={place} passkey={passkey} />
            </li>
          ))}
        </ul>
      )}
      {place ? <NewPasskey visit={visit} /> : <p class="soft">{PASSKEYS_NEED}</p>}
    </Matter>
  )
}

function OnePasskey(props: { visit: Visit; place: PasskeyPlace | undefined; passkey: Passkey }) {
  const { visit, place, passkey } = props
  const { id, name, rpId, createdAt, usedAt } = passkey
  const { root } = visit
  return (
    <>
      <p>
        {name}, since <Time visit={visit} at={createdAt} />,{' '}
        {usedAt === null ? (
          'never used'
        ) : (
          <>
            last used <Time visit={visit} at={usedAt} />
          </>
        )}
        {rpId !== place?.rpId && `; for ${rpId} alone`}
      </p>
      <Form visit={visit} action={link(root, 'removePasskey', { id })}>
        <button class="plain">
          Remove<span class="unseen"> {name}</span>
        </button>
      </Form>
      <details>
        <summary class="soft">
          Another name<span class="unseen"> for {name}</span>
        </summary>
        <Form visit={visit} action={link(root, 'namePasskey', { id })} class="row">
          <label for={`name-${id}`} class="unseen">
            Another name for {name}
          </label>
          <input id={`name-${id}`} name="name" value={name} required maxlength={60} />
          <button>
            Rename<span class="unseen"> {name}</span>
          </button>
        </Form>
      </details>
    </>
  )
}

function NewPasskey({ visit }: { visit: Visit }) {
  const { root } = visit
  return (
    <>
      <form
        method="post"
        action={link(root, 'addPasskey')}
        id="passkey"
        class="fields"
        data-ask={link(root, 'askNewPasskey')}
        data-does="make"
        hidden
      >
        <input type="hidden" name={TOKEN_FIELD} value={visit.token} />
        <input type="hidden" name="credential" value="" />
        <p>
          <label for="passkey-name">What you call it</label>
          <input id="passkey-name" name="name" required maxlength={60} autocomplete="off" />
        </p>
        <p>
          <button>Add a passkey</button>
        </p>
        <p role="status" id="told"></p>
      </form>
      <script type="module" src={link(root, 'script', { '*': 'web/browser/passkeys.js' })} />
    </>
  )
}
