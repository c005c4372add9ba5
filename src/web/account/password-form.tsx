import { Form } from '../layout.tsx'
import { Matter } from '../matter.tsx'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'
import { NewPasswordField, Wrong } from './fields.tsx'
import { isFresh } from './fresh.ts'

/**
 * Whether somebody must say their present password to get another one. Not who has none, and not who just signed in with a recovery
 * code, which is there for passwords that are forgotten. Pure.
 */
export function asksForPresent(visit: Visit, hasPassword: boolean): boolean {
  return hasPassword && !(visit.way === 'recovery' && isFresh(visit))
}

/** The form for another password, or for the first. */
export function PasswordForm(props: {
  visit: Visit
  hasPassword: boolean
  sentence: string | undefined
}) {
  const { visit, hasPassword, sentence } = props
  return (
    <Matter
      id="password-title"
      title="Password"
      note="All your other sessions end with a new one. API tokens and Kobos stay."
    >
      <Wrong sentence={sentence} />
      {!hasPassword && <p>You have none, and sign in otherwise. You may choose one.</p>}
      <Form visit={visit} action={link(visit.root, 'changePassword')} class="fields">
        {asksForPresent(visit, hasPassword) && (
          <p>
            <label for="current">Present password</label>
            <input
              id="current"
              name="current"
              type="password"
              required
              autocomplete="current-password"
              aria-describedby={sentence === undefined ? undefined : 'wrong'}
            />
          </p>
        )}
        <NewPasswordField label="New password" />
        <p>
          <button>{hasPassword ? 'Change the password' : 'Choose a password'}</button>
        </p>
      </Form>
    </Matter>
  )
}
