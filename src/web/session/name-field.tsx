/** The field for the name of somebody who signs in. `isWrong`: what they sent before was, as the page says under the id `wrong`. */
export function NameField({
  name,
  isWrong,
}: {
  name: string | undefined
  isWrong: boolean | undefined
}) {
  return (
    <p>
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        value={name}
        required
        maxlength={200}
        autocomplete="username"
        autocapitalize="none"
        aria-describedby={isWrong ? 'wrong' : undefined}
      />
    </p>
  )
}
