// The collection form with an outbox: saved on the phone first, then sent, then its receipt. Without scripts, without
// storage, or for somebody who is not signed in here, the form stays an ordinary one.
import {changes, clockOffset, makeId, record, sendNow, signedIn, store} from "./frame.mjs";
import {collectEvent} from "./collect_event.mjs";
import {lineOf} from "./lines.mjs";
import {replaceItem} from "./outbox_tray.mjs";
import {announcing} from "./photo_shelf.mjs";
import {PhotoField} from "./photo_taking.mjs";
import {element, words} from "./words.mjs";

const PATIENCE_MS = 8000; // how long a person watches before "on this phone" is the answer
const form = document.querySelector('form[action="/collect"]');
const say = words();
const field = new PhotoField({root: document.getElementById("photos"), say});
let id = makeId();
let refused = null; // the tray item this form corrects

// The sender's form stays quiet while we look whether it can be saved here.
document.addEventListener("submit", (event) => {
  if (event.target !== form || !signedIn || form.dataset.plain) return;
  event.preventDefault();
  event.stopPropagation();
  void submit();
}, true);

async function submit() {
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  try {
    await taken();
  } catch (error) {
    if (error?.code === "id_taken" || error?.code === "ask_later") complain({"": say(`error.${error.code}`)});
    else ordinary(); // this phone cannot keep it: the network may still take it
  } finally {
    button.disabled = false;
  }
}

function ordinary() {
  form.dataset.plain = "yes";
  form.requestSubmit();
}

async function taken() {
  const values = Object.fromEntries(new FormData(form));
  const site = document.getElementById("collect-outbox").dataset.site;
  const read = collectEvent(values, {id, now: Date.now(), clock_offset_ms: await clockOffset(), site});
  if (read.refusals) return complain(wordsOf(read.refusals));
  complain({});
  const event = announcing(read.event, field.photos);
  const photos = field.photos.map((photo) => ({event: id, ...photo}));
  if (refused) await replaceItem({store, fetch: (...request) => fetch(...request), id: refused, event, photos});
  else if ((await record([event], {photos})).dropped) field.tell(say("photo.dropped"));
  else field.tell("");
  refused = null;
  show(await row());
  void sendNow();
  await settled(event.id);
}

const row = async () => [...(await store.items("queued")), ...(await store.items("attention")), ...(await store.receipts())].find((each) => each.id === id);

/** Waits for the server's word; after that the line tells what there is to tell. */
async function settled(mine) {
  const decided = async () => {
    const found = await row();
    return found && (found.acknowledged_at !== undefined || found.state === "attention") ? found : null;
  };
  let found = await decided();
  for (const until = Date.now() + PATIENCE_MS; !found && Date.now() < until; found = await decided()) {
    await Promise.race([new Promise((next) => changes.addEventListener("change", next, {once: true})), new Promise((next) => setTimeout(next, 1000))]);
  }
  if (mine !== id) return;
  if (found?.state === "attention") return reject(found);
  const batch = found?.receipt?.batches?.[0];
  if (batch) return location.assign(`/batches/${batch.batch_id}?new=1`);
  show(found ?? (await row()));
  kept();
}

// Refused while the person looks on: the form is still there, and what is sent next takes the place of this one.
function reject(item) {
  refused = item.id;
  id = makeId();
  show(null);
  complain({"": [item.problem?.title, item.problem?.detail].filter(Boolean).join("：")});
}

// Saved here and on its way: the form is free for the next batch.
function kept() {
  id = makeId();
  form.elements.mass.value = "";
  field.clear();
  for (const name of ["code", "serial", "gb34014", "note"]) if (form.elements[name]) form.elements[name].value = "";
}

const wordsOf = (refusals) =>
  Object.fromEntries(Object.entries(refusals).map(([name, code]) => [name, code === "missing" ? say(`missing.${name}`) : (code === "code" ? say("collect.code") : say(`mass.${code}`))]));

function complain(errors) {
  const place = document.getElementById("collect-complaint");
  place.hidden = !Object.keys(errors).length;
  place.replaceChildren(...Object.entries(errors).map(([name, text]) =>
    element("p", {}, name ? element("a", {href: `#${name}`, textContent: text}) : text)));
  if (!place.hidden) place.focus();
}

function show(found) {
  const panel = document.getElementById("collect-outbox");
  panel.hidden = !found;
  if (!found) return;
  panel.querySelector("ul").replaceChildren(lineOf(found));
  panel.scrollIntoView({block: "nearest"});
}

changes.addEventListener("change", async () => {
  const shown = document.querySelector("#collect-outbox [data-id]")?.dataset.id;
  if (!shown) return;
  const rows = [...(await store.items("queued")), ...(await store.items("attention")), ...(await store.receipts())];
  const found = rows.find((each) => each.id === shown);
  if (found) show(found);
});
