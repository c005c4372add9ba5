import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { etag } from 'hono/etag'
import type { Home } from '../home.ts'
import { CONF_LIMIT } from '../kobo-conf/edit.ts'
import { hasOwner } from '../people/person.store.ts'
import { changePassword, showAccount } from './account/show.tsx'
import { endOneSession, endSessions } from './account/sessions.tsx'
import { makeToken, revokeOne } from './account/tokens.tsx'
import { healAudited } from './audit/heal.tsx'
import { tellBooks } from './audit/books.ts'
import { showAudits, takeAudit } from './audit/list.tsx'
import { showAudit } from './audit/show.tsx'
import { showCoverImage } from './book/cover-image.ts'
import { downloadBook } from './book/download.ts'
import { showCrop, takeCrop } from './book/crop.tsx'
import { showEdit, takeEdit } from './book/edit.tsx'
import { shelveBook } from './book/put-on-shelves.tsx'
import { replaceBookCover } from './book/replace-cover.ts'
import { showBook } from './book/show.tsx'
import { showColophon } from './colophon/show.tsx'
import { editConf } from './device/conf.ts'
import { askForKobo, connectKobo } from './device/connect.tsx'
import { showConnecting } from './device/connecting.tsx'
import { openFigures } from './device/figures.ts'
import { healDevice } from './device/heal.tsx'
import { showDevices } from './device/list.tsx'
import { showNow } from './device/now.tsx'
import { pauseDevice } from './device/pause.ts'
import { changeSettings, giveAddress, revokeKobo, showSettings } from './device/settings.tsx'
import { showDevice } from './device/show.tsx'
import { showTrail } from './device/trail.tsx'
import { compressed } from './compressed.ts'
import {
  enter,
  limitForm,
  limitReading,
  refuseCrossSite,
  refuseCrossSiteVisitor,
  refuseForged,
  refuseForgedUpload,
  tellOfChanges,
  visitOf,
} from './enter.ts'
import { answerErratum, dismissOne } from './erratum/answer.ts'
import { showErrata } from './erratum/list.tsx'
import { FrontPage } from './front-page.tsx'
import { giveFile } from './give-file.ts'
import { keptNowhere, pageHeaders, scriptHeaders } from './headers.ts'
import { chooseLight } from './light.ts'
import { addBooks } from './library/add.ts'
import { takeChosen } from './library/chosen.tsx'
import { showLibrary } from './library/show.tsx'
import { link, PATHS, rootOf } from './paths.ts'
import { showFirstVisit, takeFirstVisit } from './people/first-visit.tsx'
import { showInvitation, takeInvitation } from './people/invitation.tsx'
import { inviteSomebody, showPeople, withdrawOne } from './people/list.tsx'
import { removeOne, showRemoval } from './people/removal.tsx'
import { pressedOnce } from './pressed-once.ts'
import { answerError } from './problem-page.tsx'
import { comeBack } from './provider/back.tsx'
import {
  acceptByProvider,
  firstVisitByProvider,
  linkProvider,
  signInByProvider,
} from './provider/begin.tsx'
import { addPasskey, askNewPasskey, nameOnePasskey, removePasskey } from './account/passkeys.tsx'
import { unlinkProvider } from './account/provider.tsx'
import { giveRecoveryCodes } from './account/recovery-codes.tsx'
import { askPasskey, signInByPasskey } from './session/passkey.tsx'
import { recover, showRecovery } from './session/recovery.tsx'
import { scriptAt } from './scripts.ts'
import { beginSession, showSignIn } from './session/begin.tsx'
import { endSession } from './session/end.tsx'
import { carryOne, deleteOne } from './shelf/change.tsx'
import { makeShelf, moveShelf, showShelves } from './shelf/list.tsx'
import { nameShelf, showShelf } from './shelf/show.tsx'
import { downloadBundle } from './sync/download.ts'
import { showDiary } from './sync/list.tsx'
import { showHouseSettings } from './settings/show.tsx'
import { showUnderWay } from './under-way/show.tsx'
import type { Page, WebEnv } from './visit.ts'
import { isOfVisitor } from './visitor.ts'

const MINUTE = 60_000

/** A form holds at most so many bytes: the ids of ten thousand books. */
const FORM_LIMIT = 1024 * 1024
/** One with a Kobo's configuration, and the little that is said beside it. */
const CONF_FORM_LIMIT = CONF_LIMIT + 16 * 1024
/** And one of somebody who did not sign in. */
const SIGN_IN_LIMIT = 16 * 1024

/** Every page, and the files they need. `changed` is called after every form that may have written something. */
export function webRoutes(home: Home, changed: () => void): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  app.onError((error, c) => answerError(home.log, error, c))
  const page = [pageHeaders(), keptNowhere()] as const
  // Scripts of ours run for somebody who signed in, and for nobody else.
  const scripted = [pageHeaders({ withScripts: true }), keptNowhere()] as const
  const show = (path: string, handler: Page) =>
    app.get(path, ...scripted, compressed(), enter(home), handler)
  // What a form of theirs carries was looked at by `refuseForged`.
  const once = pressedOnce(home, { isOwn: () => true, keptFor: 10 * MINUTE })
  const take = (path: string, handler: Page) =>
    app.post(
      path,
      ...scripted,
      refuseCrossSite(home),
      limitForm(FORM_LIMIT),
      enter(home),
      refuseForged(),
      once,
      tellOfChanges(changed),
      handler,
    )
  // What carries files is read as it comes, and has limits of its own.
  const bring = (path: string, handler: Page) =>
    app.post(
      path,
      ...scripted,
      refuseCrossSite(home),
      enter(home),
      refuseForgedUpload(),
      tellOfChanges(changed),
      handler,
    )

  app.get(PATHS.front, ...page, async (c) => {
    const root = rootOf(c.req.url)
    if (await visitOf(c, home)) return c.redirect(link(root, 'books'), 303)
    return c.html(<FrontPage root={root} isOwned={await hasOwner(home.db.read)} />)
  })
  app.get(PATHS.file, pageHeaders(), compress(), etag(), giveFile())

  const onceAtDoor = pressedOnce(home, {
    isOwn: (c, token) => isOfVisitor(c, home, token),
    keptFor: MINUTE,
  })
  const open = (path: string, handler: Page, headers = page) =>
    app.post(
      path,
      ...headers,
      limitForm(SIGN_IN_LIMIT),
      refuseCrossSiteVisitor(home),
      onceAtDoor,
      handler,
    )
  app.get(PATHS.firstVisit, ...page, showFirstVisit(home))
  open(PATHS.firstVisit, takeFirstVisit(home))
  app.get(PATHS.invitation, ...page, showInvitation(home))
  open(PATHS.invitation, takeInvitation(home))
  app.get(PATHS.script, scriptHeaders(), compress(), etag(), async (c) => {
    const script = await scriptAt(c.req.path.slice(PATHS.script.length - 1))
    if (!script) return c.notFound()
    return c.body(script.body, 200, { 'content-type': script.type, 'cache-control': 'no-cache' })
  })

  app.get(PATHS.signIn, ...scripted, showSignIn(home))
  open(PATHS.signIn, beginSession(home), scripted)
  open(PATHS.askPasskey, askPasskey(home))
  open(PATHS.signInPasskey, signInByPasskey(home))
  app.get(PATHS.recovery, ...page, showRecovery(home))
  open(PATHS.recovery, recover(home))
  take(PATHS.signOut, endSession(home))
  open(PATHS.toProvider, signInByProvider(home))
  open(PATHS.firstByProvider, firstVisitByProvider(home))
  open(PATHS.invitedByProvider, acceptByProvider(home))
  app.get(PATHS.fromProvider, ...page, comeBack(home))

  show(PATHS.account, showAccount(home))
  take(PATHS.changePassword, changePassword(home))
  take(PATHS.askNewPasskey, askNewPasskey(home))
  take(PATHS.addPasskey, addPasskey(home))
  take(PATHS.namePasskey, nameOnePasskey(home))
  take(PATHS.removePasskey, removePasskey(home))
  take(PATHS.recoveryCodes, giveRecoveryCodes(home))
  take(PATHS.linkProvider, linkProvider(home))
  take(PATHS.unlinkProvider, unlinkProvider(home))
  take(PATHS.endSessions, endSessions(home))
  take(PATHS.endOne, endOneSession(home))
  take(PATHS.makeToken, makeToken(home))
  take(PATHS.revokeToken, revokeOne(home))

  show(PATHS.people, showPeople(home))
  take(PATHS.invite, inviteSomebody(home))
  take(PATHS.withdraw, withdrawOne(home))
  show(PATHS.removal, showRemoval(home))
  take(PATHS.removal, removeOne(home))

  show(PATHS.errata, showErrata(home))
  take(PATHS.act, answerErratum(home))
  take(PATHS.dismiss, dismissOne(home))

  const figures = openFigures(home)
  show(PATHS.devices, showDevices(home, figures))
  show(PATHS.connect, askForKobo(home))
  take(PATHS.connect, connectKobo(home))
  show(PATHS.connecting, showConnecting(home))
  show(PATHS.settings, showSettings(home))
  take(PATHS.settings, changeSettings(home))
  take(PATHS.address, giveAddress(home))
  take(PATHS.revoke, revokeKobo(home))
  take(PATHS.pause, pauseDevice(home))
  show(PATHS.now, showNow(home))
  app.post(
    PATHS.conf,
    ...page,
    refuseCrossSite(home),
    limitForm(CONF_FORM_LIMIT),
    enter(home),
    refuseForgedUpload(),
    editConf(home),
  )
  show(PATHS.device, showDevice(home, figures))
  show(PATHS.book, showTrail(home))
  take(PATHS.heal, healDevice(home))
  show(PATHS.diary, showDiary(home, figures))
  app.get(PATHS.bundle, ...page, enter(home), downloadBundle(home))
  show(PATHS.books, showLibrary(home))
  bring(PATHS.books, addBooks(home))
  take(PATHS.chosenBooks, takeChosen(home))
  show(PATHS.bookPage, showBook(home))
  show(PATHS.editBook, showEdit(home))
  take(PATHS.editBook, takeEdit(home))
  bring(PATHS.replaceCover, replaceBookCover(home))
  show(PATHS.cropPage, showCrop(home))
  take(PATHS.cropCover, takeCrop(home))
  take(PATHS.shelveBook, shelveBook(home))
  app.get(PATHS.download, ...page, enter(home), downloadBook(home))
  app.get(PATHS.coverImage, ...page, enter(home), showCoverImage(home))

  show(PATHS.shelves, showShelves(home))
  take(PATHS.makeShelf, makeShelf(home))
  show(PATHS.shelf, showShelf(home))
  take(PATHS.renameShelf, nameShelf(home))
  take(PATHS.moveShelf, moveShelf(home))
  take(PATHS.carryShelf, carryOne(home))
  take(PATHS.deleteShelf, deleteOne(home))

  show(PATHS.colophon, showColophon(home))
  show(PATHS.house, showHouseSettings(home))
  show(PATHS.underWay, showUnderWay())
  take(PATHS.light, chooseLight(home))

  show(PATHS.audits, showAudits(home))
  app.get(PATHS.auditedBooks, ...page, enter(home), tellBooks(home))
  app.post(
    PATHS.audits,
    ...page,
    refuseCrossSite(home),
    enter(home),
    refuseForgedUpload(),
    limitReading(),
    tellOfChanges(changed),
    takeAudit(home),
  )
  show(PATHS.audit, showAudit(home))
  take(PATHS.healAudit, healAudited(home))
  return app
}
