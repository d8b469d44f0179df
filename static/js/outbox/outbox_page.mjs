// The page of the outbox: three states, what to do about each, and the file to carry away.
import {changed, changes, makeId, owner, photos, sendNow, signedIn, store} from "./frame.mjs";
import {changedEvent, fieldsOf} from "./edit_fields.mjs";
import {handOver} from "./handover_dialog.mjs";
import {lineOf} from "./lines.mjs";
import {exportFile} from "./outbox_file.mjs";
import {draftOf, replaceItem} from "./outbox_tray.mjs";
import {WARN_AFTER_MS, askToPersist} from "./outbox_view.mjs";
import {element, words} from "./words.mjs";

const RECEIPTS_SHOWN = 50;
const say = words();
const part = (id) => document.getElementById(id);

async function show() {
  part("outbox-nobody").hidden = Boolean(signedIn);
  await showForeign();
  if (!owner) return;
  const [counts, queued, attention, receipts] = await Promise.all([
    store.counts(), store.items("queued"), store.items("attention"), store.receipts(RECEIPTS_SHOWN),
  ]);
  part("outbox-figures").hidden = false;
  for (const name of ["queued", "attention", "acknowledged"]) part(`count-${name}`).textContent = String(counts[name]);
  part("outbox-old").hidden = counts.oldest_at === null || Date.now() - counts.oldest_at < WARN_AFTER_MS;
  part("send-now").hidden = part("hand-over").hidden = !queued.length;
  part("export").hidden = !queued.length && !attention.length;
  part("outbox-empty").hidden = Boolean(queued.length || attention.length || receipts.length);
  await showPhotos();
  fill("queued", queued.map((row) => lineOf(row)));
  fill("acknowledged", receipts.map((row) => lineOf(row)));
  if (!part("attention-list").querySelector("form:not([hidden])")) fill("attention", attention.map(trayLine));
}

function fill(name, lines) {
  part(name).hidden = !lines.length;
  part(`${name}-list`).replaceChildren(...lines);
}

async function showPhotos() {
  const {waiting, refused} = await photos.counts();
  part("outbox-photos").hidden = !waiting;
  part("outbox-photos").textContent = say("photo.waiting", {n: waiting});
  fill("photo-refusals", refused.map(refusedPhoto));
}

// The event itself has arrived: there is nothing to do but to know.
function refusedPhoto(photo) {
  const {code, title, detail} = photo.problem ?? {};
  const why = code === "photo_gone" ? say("photo.gone") : [title, detail].filter(Boolean).join("：");
  const button = element("button", {type: "button", className: "btn btn-quiet", textContent: say("photo.dismiss")});
  button.addEventListener("click", () => void photos.dismiss(photo).then(() => changed()));
  const line = element("li", {className: "outbox-item"}, element("strong", {textContent: say("photo.refused")}),
    element("p", {className: "outbox-why", textContent: why}), button);
  line.dataset.state = "attention";
  return line;
}

async function showForeign() {
  const foreign = await store.foreign();
  part("outbox-foreign").hidden = !foreign;
  part("outbox-foreign").textContent = say("foreign", {n: foreign});
}

// --- needs attention ---------------------------------------------------------------------------------------------------

function trayLine(item) {
  const line = lineOf(item);
  line.append(part("attention-tools").content.cloneNode(true));
  const form = line.querySelector("form");
  const tools = line.querySelector("[data-tools]");
  const turn = (editing) => {
    form.hidden = !editing;
    tools.hidden = editing;
  };
  line.querySelector("[data-edit]").addEventListener("click", () => {
    form.querySelector("[data-fields]").replaceChildren(...fieldsOf(JSON.parse(item.payload)).map((field) => fieldOf(field, item.id)));
    turn(true);
    form.querySelector("input, select").focus();
  });
  line.querySelector("[data-cancel]").addEventListener("click", () => turn(false));
  line.querySelector("[data-again]").addEventListener("click", () => act(line, () => store.requeue(item.id)));
  line.querySelector("[data-give-up]").addEventListener("click", async () => {
    if (await sure()) await act(line, () => store.withdraw(item.id));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void correct(form, line, item, () => turn(false));
  });
  return line;
}

function fieldOf({name, value}, id) {
  const key = `${name}-${id}`;
  const input = options(name, value) ?? element("input", {className: "form-control", value, type: name === "occurred_at" ? "datetime-local" : "text", autocomplete: "off"});
  Object.assign(input, {id: key, name});
  return element("div", {className: "field"}, element("label", {className: "field-label", htmlFor: key, textContent: say(`field.${name}`)}), input);
}

function options(name, value) {
  const known = [...document.querySelectorAll(`[data-words] [data-word^="${name}."]`)];
  if (!known.length || !["stream", "measured"].includes(name)) return null;
  return element("select", {className: "form-select"}, ...known.map((each) => {
    const code = each.dataset.word.slice(name.length + 1);
    return new Option(each.textContent.trim(), code, false, code === value);
  }));
}

async function correct(form, line, item, done) {
  const values = Object.fromEntries(new FormData(form));
  const made = changedEvent(draftOf(item, makeId()), values);
  if (made.refusal) return complain(line, say(`mass.${made.refusal}`));
  await act(line, async () => {
    const {exists} = await replaceItem({store, fetch: (...request) => fetch(...request), id: item.id, event: made.event});
    done();
    if (exists) tell(say("said.exists"));
  });
}

function complain(line, text) {
  const place = line.querySelector("[data-error]");
  place.hidden = false;
  place.textContent = text;
  place.closest("form").hidden = false;
}

async function act(line, work) {
  try {
    await work();
  } catch (error) {
    return complain(line, say(`error.${error.code}`) || String(error.code ?? error));
  }
  changed();
  void sendNow();
}

function sure() {
  const dialog = part("give-up");
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), {once: true}));
}

// --- sending and carrying away ------------------------------------------------------------------------------------------

function tell(text) {
  part("outbox-trouble").hidden = !text;
  part("outbox-trouble").textContent = text;
}

part("send-now").addEventListener("click", async (event) => {
  event.currentTarget.setAttribute("aria-busy", "true");
  tell(say("said.sending"));
  const result = await sendNow();
  part("send-now").removeAttribute("aria-busy");
  tell(result?.trouble ? say(`trouble.${result.trouble}`) : "");
});

part("export").addEventListener("click", async () => {
  const {name, text} = await exportFile({store});
  const href = URL.createObjectURL(new Blob([text], {type: "application/json"}));
  element("a", {href, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
});

part("hand-over").addEventListener("click", () => void handOver());

changes.addEventListener("change", ({detail}) => {
  if (detail?.trouble) tell(say(`trouble.${detail.trouble}`));
  else if (detail) tell("");
  void show().catch(() => tell(say("trouble.outbox")));
});
void show().catch(() => tell(say("trouble.outbox")));
void askToPersist().then((answer) => (part("outbox-risk").hidden = answer !== "at_risk"));
