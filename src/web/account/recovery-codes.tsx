import type { Home } from '../../home.ts'
import { makeRecoveryCodes, RECOVERY_CODES } from '../../people/recovery-code.ts'
import { Form, Layout } from '../layout.tsx'
import { Matter } from '../matter.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { refuseStale } from './fresh.ts'

/** Makes recovery codes and shows them. They are told by this answer alone. */
export function giveRecoveryCodes(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    refuseStale(visit)
    const codes = await makeRecoveryCodes(home, visit.person)
    return c.html(<MadePage visit={visit} codes={codes} />)
  }
}

/** How many recovery codes somebody has, and the button for new ones. */
export function RecoveryCodes({ visit, left }: { visit: Visit; left: number }) {
  return (
    <Matter
      id="recovery"
      title="Recovery codes"
      note="They let you in when you have neither your password nor a passkey. New ones take the place of those from before."
    >
      <p>
        {left === 0
          ? 'None are left.'
          : left === 1
            ? 'One is left.'
            : `${left} are left. Each is good once.`}
      </p>
      <Form visit={visit} action={link(visit.root, 'recoveryCodes')}>
        <button>Make new recovery codes</button>
      </Form>
    </Matter>
  )
}

function MadePage({ visit, codes }: { visit: Visit; codes: string[] }) {
  return (
    <Layout title="Recovery codes" root={visit.root} visit={visit} here="account">
      <h1>Recovery codes</h1>
      <p class="lead">
        These {RECOVERY_CODES} are not shown again. Keep them where you find them without this
        server. Each is good once.
      </p>
      <pre class="codes">
        <code>{codes.join('\n')}</code>
      </pre>
      <p>
        <a class="tall" href={link(visit.root, 'account')}>
          To your account
        </a>
      </p>
    </Layout>
  )
}
