// The page of the cart. What is typed and scanned is kept on the phone at every change; the submit goes to the outbox.
import {changes, clockOffset, makeId, owner, photos, record, store} from "../outbox/frame.mjs";
import {lineOf} from "../outbox/lines.mjs";
import {kgText} from "../outbox/weights.mjs";
import {element, words} from "../outbox/words.mjs";
import {signal} from "../scan/feedback.mjs";
import {grouped} from "../scan/registry_code.mjs";
import {resolver} from "../scan/resolve.mjs";
import {listen} from "../scan/wedge.mjs";
import {words as scanWords} from "../scan/words.mjs";
import {CameraPanel} from "./camera_panel.mjs";
import {Cart, keyOf, keysOf, weightOf} from "./cart.mjs";
import {LinePhotos} from "./line_photos.mjs";
import {textsIn} from "./photo.mjs";
import {hostsOf, read, readAnswer} from "./reading.mjs";

const PATIENCE_MS = 1500; // for the resolver; without it the phone's own reading has to do
const STEPS = ["place", "scan", "review", "done"];
const say = words();
const scanSay = scanWords().say;
const part = (id) => document.getElementById(id);
const root = part("cart");
const hosts = hostsOf(root.dataset.hosts);
const resolve = resolver(root.dataset.resolve);
const camera = new CameraPanel(found);
const taken = new Set();
const linePhotos = new LinePhotos({shelf: photos, input: part("line-photo"), say, tell: told, kept: () => store.remember("cart", cart.toJSON())});
let cart = new Cart();
let sent = []; // ids of the last submit

// --- keeping ------------------------------------------------------------------------------------------------------------

const keep = () => void store.remember("cart", cart.toJSON()).catch(() => broken("trouble.outbox"));

function broken(word) {
  part("cart-broken").hidden = false;
  part("cart-broken").textContent = say(word);
}

// What a crash left behind: a cart, and perhaps its events, already saved before it could be emptied.
async function begin() {
  if (!owner) return broken("trouble.signed_out");
  const [kept, queued, attention, receipts] = await Promise.all([
    store.recall("cart"), store.items("queued"), store.items("attention"), store.receipts(),
  ]);
  const saved = new Set([...queued, ...attention, ...receipts].map((row) => row.id));
  for (const row of [...queued, ...attention]) for (const key of keysOf(row.payload)) taken.add(key);
  const lines = (kept?.value.lines ?? []).filter((line) => !saved.has(line.id));
  cart = new Cart({...kept?.value, lines}, {taken: (key) => taken.has(key)});
  void photos.sweep().catch(() => {});
  fillPlace();
  go(lines.length ? "scan" : "place");
}

// --- steps ---------------------------------------------------------------------------------------------------------------

function go(step) {
  for (const each of STEPS) part(`cart-${each}`).hidden = each !== step;
  if (step === "scan") {
    showLines();
    void camera.start();
  } else camera.stop();
  if (step === "review") showReview();
  part(`cart-${step}`).querySelector("h2[tabindex]")?.focus();
}

const place = part("cart-place");

function fillPlace() {
  for (const [name, value] of Object.entries(cart.place)) {
    const field = place.elements[name];
    if (!field || !value) continue;
    if (field instanceof RadioNodeList || [...field.options].some((each) => each.value === value)) field.value = value;
  }
  part("product-field").hidden = place.elements.stream.value !== "power_battery";
}

place.elements.stream.addEventListener("change", () => (part("product-field").hidden = place.elements.stream.value !== "power_battery"));
place.addEventListener("submit", (event) => {
  event.preventDefault();
  const {site, stream, product, measured} = Object.fromEntries(new FormData(place));
  cart.place = {site, stream, product: stream === "power_battery" ? product : "", measured};
  keep();
  go("scan");
});
part("cart-replace").addEventListener("click", () => go("place"));
part("cart-review-open").addEventListener("click", () => go("review"));
part("review-back").addEventListener("click", () => go("scan"));
part("cart-again").addEventListener("click", () => go("scan"));

// --- scanning -------------------------------------------------------------------------------------------------------------

async function found(text) {
  const mark = await named(text);
  if (mark.refused) return told("refused", scanSay(`answer.${mark.refused}`) || say("cart.taken"));
  const kind = cart.add(mark, {id: makeId(), at: Date.now(), clock_offset_ms: await clockOffset()});
  told(kind, say(`cart.${kind}`, {code: shown(mark)}));
  showLines(keyOf(mark), kind);
  keep();
}

// A mark that is in the cart needs no question; without a network the phone's own reading stands, and the server judges later.
async function named(text) {
  const local = read(text, hosts);
  if (!local.refused && (cart.line(keyOf(local)) || taken.has(keyOf(local)))) return local;
  const answer = navigator.onLine ? await Promise.race([resolve(text).catch(() => null), late()]) : null;
  return answer ? readAnswer(answer) : local;
}

const late = () => new Promise((resolved) => setTimeout(() => resolved(null), PATIENCE_MS));

const shown = ({scheme, value}) => (scheme === "registry" ? grouped(value) : value);

function told(kind, text) {
  signal(kind, part("viewfinder"));
  part("cart-say").dataset.tone = kind;
  part("cart-say").textContent = text;
}

part("cart-typed").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = part("cart-text");
  if (field.value.trim()) void found(field.value);
  field.value = "";
});
listen((text) => part("cart-scan").hidden || void found(text));
part("cart-photo").addEventListener("change", async ({target}) => {
  const [photo] = target.files;
  if (!photo) return;
  part("cart-say").textContent = scanSay("photo.reading");
  const texts = await textsIn(photo, root.dataset.decode).catch(() => []);
  target.value = ""; // the same photo may be chosen again
  if (!texts.length) told("refused", scanSay("photo.none"));
  for (const text of texts) await found(text);
});

part("cart-undo").addEventListener("click", () => {
  const line = cart.undo();
  if (line) told("repeated", say("cart.removed", {code: shown(line)}));
  showLines();
  keep();
});

function showLines(key, kind) {
  const lines = part("cart-lines");
  const standing = new Map([...lines.children].map((each) => [each.dataset.key, each]));
  lines.replaceChildren(...cart.lines.map((line) => standing.get(line.key) ?? lineElement(line)));
  for (const each of lines.children) {
    each.toggleAttribute("data-fresh", each.dataset.key === key && kind === "new");
    each.toggleAttribute("data-again", each.dataset.key === key && kind === "repeated");
  }
  part("cart-count").textContent = String(cart.lines.length);
  part("cart-review-open").disabled = part("cart-undo").disabled = cart.lines.length === 0;
}

function lineElement(line) {
  const made = part("cart-line").content.firstElementChild.cloneNode(true);
  const mass = made.querySelector("[data-mass]");
  made.dataset.key = line.key;
  made.querySelector("[data-code]").textContent = shown(line);
  mass.value = line.mass;
  mass.setAttribute("aria-label", `${mass.getAttribute("aria-label")} ${shown(line)}`);
  const echo = () => (made.querySelector("[data-echo]").textContent = echoOf(mass.value));
  mass.addEventListener("input", () => {
    cart.change(line.key, {mass: mass.value});
    echo();
    keep();
  });
  made.querySelector("[data-remove]").addEventListener("click", () => {
    cart.remove(line.key);
    showLines();
    keep();
  });
  linePhotos.show(made, line);
  echo();
  return made;
}

function echoOf(text) {
  const {grams, refusal} = weightOf(text);
  if (refusal === "missing") return "";
  return refusal ? say(`mass.${refusal}`) : say("mass.echo", {n: kgText(grams)});
}

// --- review and submit ------------------------------------------------------------------------------------------------------

function showReview() {
  const {lines, wrong, total_g} = cart.review();
  const site = [...place.elements.site.options].find((each) => each.value === cart.place.site)?.text ?? "";
  part("review-place").textContent = [site, say(`stream.${cart.place.stream}`), cart.place.product].filter(Boolean).join(" · ");
  part("review-lines").replaceChildren(...lines.map(reviewLine));
  part("review-count").textContent = say("cart.count", {n: lines.length});
  part("review-total").textContent = say("mass", {n: kgText(total_g)});
  part("review-wrong").hidden = !wrong;
  part("review-wrong").textContent = say("cart.wrong", {n: wrong});
  part("cart-submit").disabled = wrong > 0 || !lines.length;
}

function reviewLine(line) {
  const weight = line.refusal
    ? element("span", {className: "field-error", textContent: line.refusal === "missing" ? say("cart.missing") : say(`mass.${line.refusal}`)})
    : element("span", {className: "num", textContent: say("mass", {n: kgText(line.grams)})});
  return element("li", {className: "outbox-item cart-line"},
    element("span", {className: "code", textContent: shown(line)}), weight,
    element("span", {className: "soft", textContent: [say(`stream.${line.stream}`), line.product].filter(Boolean).join(" · ")}));
}

part("cart-submit").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  button.disabled = true;
  try {
    const events = cart.events();
    const {dropped} = await record(events, {photos: cart.photos(), known: {cart: {...cart.toJSON(), lines: []}}});
    part("done-photos").hidden = !dropped;
    sent = events.map(({id}) => id);
    for (const line of cart.lines) taken.add(line.key);
    cart.lines = [];
    part("cart-broken").hidden = true;
    go("done");
    await showSent();
  } catch (error) {
    broken(`error.${error.code ?? "not_saved"}`);
  } finally {
    button.disabled = false;
  }
});

async function showSent(trouble = null) {
  const rows = (await Promise.all([store.items("queued"), store.items("attention"), store.receipts()])).flat();
  const mine = sent.map((id) => rows.find((row) => row.id === id)).filter(Boolean);
  const arrived = mine.filter((row) => row.acknowledged_at !== undefined).length;
  const refused = mine.filter((row) => row.state === "attention").length;
  part("done-title").textContent = say(arrived === mine.length ? "done.sent" : "done.saved", {n: mine.length});
  part("done-say").textContent = refused ? say("done.attention", {n: refused}) : trouble ? say(`trouble.${trouble}`) : "";
  part("done-lines").replaceChildren(...mine.map((row) => lineOf(row)));
}

changes.addEventListener("change", ({detail}) => {
  if (sent.length) void showSent(detail?.trouble).catch(() => {});
});

void begin().catch(() => broken("trouble.outbox"));
