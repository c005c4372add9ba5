import { link, type PathName } from '../paths.ts'
import { SHORTEST_PASSWORD } from '../../people/password.ts'

/** What was wrong with a form that is shown again. */
export function Wrong({ sentence }: { sentence: string | undefined }) {
  return sentence === undefined ? null : (
    <p role="alert" class="stamp" id="wrong">
      {sentence}
    </p>
  )
}

/** The name of an account, there or to be. `isWrong`: what was sent before was, as the page says under the id `wrong`. */
export function NameField(props: {
  value?: string | undefined
  isWrong: boolean | undefined
  /** Somebody can type their name at once. */
  isFirst?: boolean
}) {
  return (
    <p>
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        value={props.value}
        required
        maxlength={200}
        autocomplete="username"
        autocapitalize="none"
        autofocus={props.isFirst}
        aria-describedby={props.isWrong ? 'wrong' : undefined}
      />
    </p>
  )
}

/** The button for whoever takes their account at the provider in the place of a name and a password. */
export function ByProvider(props: { root: string; path: PathName; provider: string | undefined }) {
  const { root, path, provider } = props
  return provider === undefined ? null : (
    <>
      <p class="or">or</p>
      <p>
        <button formaction={link(root, path)} formnovalidate>
          Go on with {provider} instead
        </button>
      </p>
    </>
  )
}

/** A password that somebody chooses. */
export function NewPasswordField({ label = 'Password' }: { label?: string }) {
  return (
    <p>
      <label for="password">{label}</label>
      <input
        id="password"
        name="password"
        type="password"
        required
        minlength={SHORTEST_PASSWORD}
        autocomplete="new-password"
        aria-describedby="about-password"
      />
      <span class="soft hint" id="about-password">
        At least {SHORTEST_PASSWORD} characters. A few words are a good one.
      </span>
    </p>
  )
}
