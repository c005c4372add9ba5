import { TOKEN_FIELD } from '../form.ts'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'

/** How books are added: by choosing files, by dropping them on the page where scripts run, or by the inbox. */
export function AddBooks(props: { visit: Visit; inbox: string; isOpen: boolean }) {
  const { visit, inbox, isOpen } = props
  return (
    <details class="add" open={isOpen}>
      <summary>Add books</summary>
      <form
        id="add"
        method="post"
        enctype="multipart/form-data"
        action={link(visit.root, 'books', {}, { [TOKEN_FIELD]: visit.token })}
      >
        <p>
          <label for="file">EPUB files from this device</label>
          <input
            type="file"
            id="file"
            name="file"
            required
            multiple
            accept=".epub,application/epub+zip"
          />
        </p>
        <p>
          <button class="first">Add them</button>
        </p>
        <p class="by-script">
          <label for="folder">Or a folder, with all that lies in it</label>
          <input type="file" id="folder" webkitdirectory />
        </p>
        <p class="soft">
          <span class="by-script">Or drop files and folders anywhere on any page. </span>
          What is put into <code>{inbox}</code> on the server comes by itself.
        </p>
      </form>
    </details>
  )
}
