import type { Device } from '../../devices/device.ts'
import { syncUrl } from '../../public-url.ts'
import { Layout } from '../layout.tsx'
import { Matter } from '../matter.tsx'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'
import { ConfForm } from './conf-form.tsx'
import { NotReachable } from './reach.tsx'

/** The address of a Kobo, which is shown this once, and how it gets into the Kobo; `writes`: by the browser itself, where that can. */
export function AddressPage(props: {
  visit: Visit
  device: Device
  secret: string
  bases: string[]
  writes: boolean
}) {
  const { visit, device, secret, bases, writes } = props
  const { root } = visit
  const { id, name } = device
  const addresses = bases.map((base) => syncUrl(base, secret))
  const [address] = addresses
  return (
    <Layout title={`The address of ${name}`} root={root} visit={visit} here="devices">
      <h1>The address of {name}</h1>
      <p class="lead">
        It is shown this once, for it opens your shelves without a password. Plug the Kobo in, and
        touch <em>Connect</em> on it.
      </p>
      {address === undefined ? <NotReachable /> : <Address addresses={addresses} />}
      {address !== undefined && (
        <>
          {writes && (
            <div id="drive" class="by-script">
              <Matter
                id="by-page"
                title="Let this page do it"
                note="It changes one line, keeps a copy of the file beside it, and reads back what it wrote."
              >
                <p>
                  The browser asks which folder: choose the drive <code>KOBOeReader</code> itself.
                </p>
                <p>
                  <button type="button" id="pick" class="first" disabled>
                    Choose the Kobo’s drive…
                  </button>
                </p>
              </Matter>
            </div>
          )}
          <p id="told" role="status" class="tide"></p>
          <Matter
            id="by-file"
            title="With the file"
            note="Works in every browser: choose the file, and get it back with the one line changed."
          >
            <Where />
            <ConfForm
              visit={visit}
              device={device}
              field="file"
              address={address}
              button="Get it back with the address in it"
            />
            <p>Put the file you get back in the place of the one on the Kobo.</p>
          </Matter>
          <Matter
            id="by-hand"
            title="By hand"
            note="The section is added at the end of the file if it is missing."
          >
            <pre class="wrapped">
              <code>{`[OneStoreServices]\napi_endpoint=${address}`}</code>
            </pre>
          </Matter>
          <script
            type="module"
            src={link(root, 'script', { '*': 'web/browser/connect-page.js' })}
          />
        </>
      )}
      <Matter id="then" title="Then">
        <p>
          Eject the Kobo and press <em>Sync</em> on it.
        </p>
        <p>
          <a class="button" href={link(root, 'connecting', { id })}>
            See how far it has come
          </a>
        </p>
      </Matter>
    </Layout>
  )
}

function Address({ addresses }: { addresses: string[] }) {
  const [first, ...others] = addresses
  return (
    <>
      <div class="copied">
        <label for="address">Its address</label>
        <p class="row">
          <input id="address" class="mono" readonly value={first} />
          <button type="button" id="copy" class="awaited">
            Copy
          </button>
        </p>
      </div>
      {others.length > 0 && (
        <details>
          <summary>This machine has other addresses as well</summary>
          <p>Use one of these if the Kobo is in another network than the first leads to.</p>
          {others.map((each) => (
            <p>
              <code>{each}</code>
            </p>
          ))}
        </details>
      )}
    </>
  )
}

/** Where the file lies, and how to see a folder whose name begins with a dot. */
function Where() {
  return (
    <>
      <p>
        It lies on the drive <code>KOBOeReader</code> as <code>.kobo/Kobo/Kobo eReader.conf</code>.
        Folders that begin with a dot are hidden:
      </p>
      <dl>
        <dt>Windows</dt>
        <dd>
          In the Explorer, <em>View</em>, <em>Show</em>, <em>Hidden items</em>.
        </dd>
        <dt>macOS</dt>
        <dd>
          In the Finder, press <kbd>Command</kbd> <kbd>Shift</kbd> <kbd>.</kbd>
        </dd>
        <dt>Linux</dt>
        <dd>
          In the file manager, press <kbd>Ctrl</kbd> <kbd>H</kbd>
        </dd>
      </dl>
    </>
  )
}
