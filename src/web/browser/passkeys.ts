// Without this, people sign in by their passwords. With it, browsers that know passkeys show a form that has one made, or has one sign.

const form = document.getElementById('passkey')
const told = document.getElementById('told')

if (form instanceof HTMLFormElement && 'PublicKeyCredential' in window && knowsJson()) {
  form.hidden = false
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void attempt(form)
  })
}

/** Browsers from before 2025 know passkeys and not how to read what a server says of them. */
function knowsJson(): boolean {
  return 'parseRequestOptionsFromJSON' in PublicKeyCredential
}

async function attempt(form: HTMLFormElement): Promise<void> {
  tell('')
  try {
    const credential = await credentialFor(form)
    const field = form.elements.namedItem('credential')
    if (!credential || !(field instanceof HTMLInputElement)) return
    field.value = JSON.stringify(credential)
    form.submit()
  } catch (error) {
    tell(sentence(error))
  }
}

async function credentialFor(form: HTMLFormElement): Promise<Credential | null> {
  const token = form.elements.namedItem('token')
  const answer = await fetch(form.dataset['ask'] ?? '', {
    method: 'POST',
    body: new URLSearchParams({ token: token instanceof HTMLInputElement ? token.value : '' }),
  })
  if (!answer.ok) throw new Error('refused')
  const options = await answer.json()
  return form.dataset['does'] === 'make'
    ? navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
      })
    : navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
      })
}

function sentence(error: unknown): string {
  const name = error instanceof Error ? error.name : ''
  if (name === 'InvalidStateError') return 'There is a passkey of yours already.'
  if (name === 'NotAllowedError') return 'No passkey was used. You can try again.'
  return 'That did not work. Please open the page anew, and try again.'
}

function tell(sentence: string): void {
  if (told) told.textContent = sentence
}
