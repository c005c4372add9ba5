import { z } from 'zod'
import type { Home } from '../../home.ts'
import { foretellRemoval, removePerson, type Removal } from '../../remove-person.ts'
import { readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'

const Confirmed = z.object({ confirm: z.literal('1') })

/** What would become of everything if somebody were removed, and the button that does it. */
export function showRemoval(home: Home): Page {
  return async (c) => {
    const removal = await foretellRemoval(home.db.read, c.req.param('id') ?? '')
    return c.html(<RemovalPage visit={c.var.visit} removal={removal} />)
  }
}

/** Removes somebody, once that was confirmed. */
export function removeOne(home: Home): Page {
  return async (c) => {
    await readForm(c, Confirmed)
    await removePerson(home, c.req.param('id') ?? '')
    return c.redirect(link(c.var.visit.root, 'people'), 303)
  }
}

function RemovalPage({ visit, removal }: { visit: Visit; removal: Removal }) {
  const { root } = visit
  const { id, name, sentences } = removal
  return (
    <Layout title={`Remove ${name}`} root={root} visit={visit} here="people">
      <h1>Remove {name}?</h1>
      <p class="lead">Nothing is changed yet. This would be so:</p>
      <ul class="removal">
        {sentences.map((sentence) => (
          <li>{sentence}</li>
        ))}
      </ul>
      <Form visit={visit} action={link(root, 'removal', { id })} class="row">
        <button name="confirm" value="1" class="danger">
          Yes, remove {name}
        </button>
        <a class="tall" href={link(root, 'people')}>
          No, back to everybody
        </a>
      </Form>
    </Layout>
  )
}
