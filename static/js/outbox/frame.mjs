// On every page: the outbox of whoever works on this phone, its badge in the header, and its triggers.
//
// The owner is who the page was made for; on a page made for nobody (a session that ran out) it is who worked here last,
// until they sign out. Nothing here is needed to read a page: where it cannot start, the forms are ordinary forms.

import {openDB} from "../../vendor/idb.mjs";
import {enrol} from "./enrol.mjs";
import {idMaker} from "./event_id.mjs";
import {forget, keep} from "./keeping.mjs";
import {OutboxSender} from "./outbox_sender.mjs";
import {OutboxStore} from "./outbox_store.mjs";
import {PhotoSender} from "./photo_sender.mjs";
import {PhotoShelf, saveWith} from "./photo_shelf.mjs";
import {watch} from "./outbox_triggers.mjs";
import {askToPersist, badge} from "./outbox_view.mjs";
import {sessionReader} from "./session.mjs";
import {words} from "./words.mjs";

const OWNER = "huiliu.owner";
const ONE_AT_A_TIME = "huiliu-outbox";
const KEEP_AFTER_MS = 2000; // what the page itself needs goes first on a slow network

/** "change": something was saved, acknowledged or diverted; its `detail` is what `deliver` answered, or null. */
export const changes = new EventTarget();
export const signedIn = document.body.dataset.user || null;
export const owner = signedIn ?? remembered();
export const store = new OutboxStore({openDB, owner: owner ?? ""});
export const photos = new PhotoShelf({store});
export const makeId = idMaker();
const readSession = sessionReader({fetch: (...request) => fetch(...request)});
let outbox = null;
let trickle = null; // the sender of photos

function remembered() {
  try {
    return localStorage.getItem(OWNER);
  } catch {
    return null;
  }
}

function remember(user) {
  try {
    if (user) localStorage.setItem(OWNER, user);
    else localStorage.removeItem(OWNER);
  } catch {
    // a browser that keeps nothing: the page's own word has to do
  }
}

async function session() {
  const who = await readSession();
  if (who.user === owner && who.clock_offset_ms !== null) await store.remember("clock", who.clock_offset_ms);
  return who;
}

/** The measured offset of this device's clock in ms (add it to get the server's time); 0 where none was measured. */
export async function clockOffset() {
  return (await store.recall("clock"))?.value ?? 0;
}

/** The mark that a post of this page's own must carry now; a kept page's own mark may be of a session long gone. */
export async function sessionToken() {
  return (await readSession()).token;
}

/**
 * Freezes events into the outbox and begins to send; `more` as `save` takes it. Resolves when they are saved and read back,
 * to {dropped}: whether their photos found no room.
 */
export async function record(events, more = {}) {
  const saved = await saveWith(store, events, more);
  trickle?.giveWay();
  void askToPersist();
  changed();
  void outbox?.saved();
  return saved;
}

export async function sendNow() {
  return (await outbox?.byHand()) ?? null;
}

/** Tells the page that the shelf was changed by hand. */
export function changed(result = null) {
  changes.dispatchEvent(new CustomEvent("change", {detail: result}));
}

/** Web Locks where there are any: one tab sends at a time. Without them two tabs may send the same, which is harmless. */
const exclusive = (name) => (work) =>
  navigator.locks ? navigator.locks.request(name, {ifAvailable: true}, (lock) => (lock ? work() : null)) : work();

function start() {
  const parts = {store, fetch: (...request) => fetch(...request), session};
  const sender = new OutboxSender({...parts, exclusive: exclusive(ONE_AT_A_TIME)});
  trickle = new PhotoSender({...parts, shelf: photos, exclusive: exclusive(`${ONE_AT_A_TIME}-photos`)});
  outbox = watch({deliver: (options) => sender.deliver(options).finally(() => void sendPhotos(options)), told: changed});
}

// Nobody waits for these: the events of the pass have been told by then.
async function sendPhotos(options) {
  const {delivered, refused} = await trickle.deliver(options).catch(() => ({}));
  if (delivered || refused) changed();
}

// --- the badge --------------------------------------------------------------------------------------------------------

const mark = document.getElementById("outbox-badge");
const say = words();

async function showBadge() {
  const counts = await store.counts();
  const foreign = await store.foreign();
  const {waiting} = await photos.counts();
  const shown = badge(counts, Date.now());
  mark.hidden = !shown && !foreign && !waiting;
  if (mark.hidden) return;
  const old = shown && say(`badge.${shown.age.unit}`, {n: shown.age.count});
  mark.dataset.tone = shown?.tone ?? "info";
  mark.querySelector("[data-count]").textContent = String(shown?.count || foreign || waiting);
  mark.querySelector("[data-age]").textContent = shown?.age.count ? old : ""; // a fresh one has no age worth its room
  const parts = shown
    ? [say("badge.unsent", {n: shown.count, age: old}), shown.attention ? say("badge.attention", {n: shown.attention}) : "", shown.old ? say("badge.old") : ""]
    : [foreign ? say("badge.foreign", {n: foreign}) : ""];
  if (waiting) parts.push(say("badge.photos", {n: waiting}));
  mark.setAttribute("aria-label", parts.filter(Boolean).join(" "));
}

const ignored = () => {}; // without storage or network there is nothing to show

if (signedIn) {
  remember(signedIn);
  setTimeout(() => void keep({store}).catch(ignored), KEEP_AFTER_MS);
}
if (owner) start();
changes.addEventListener("change", () => void showBadge().catch(ignored));
setInterval(() => void showBadge().catch(ignored), 60_000);
void showBadge().catch(ignored);
// Who captures nothing has nothing to sign for.
if (signedIn && "captures" in document.body.dataset) void enrol({store, token: sessionToken, fetch: (...request) => fetch(...request)}).catch(ignored);
for (const form of document.querySelectorAll('form[action="/sign-out"]')) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const leave = () => form.submit();
    remember(null);
    void Promise.race([forget({store}), new Promise((resolve) => setTimeout(resolve, 1500))]).then(leave, leave);
  });
}
if (globalThis.isSecureContext) void navigator.serviceWorker?.register("/service-worker.js").catch(ignored);
