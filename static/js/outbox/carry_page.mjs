// Brings in another device's outbox, out of a file or off its screen: sent as it is, and what the server said is shown.

import {CameraPanel} from "../cart/camera_panel.mjs";
import {textsIn} from "../cart/photo.mjs";
import {signal} from "../scan/feedback.mjs";
import {Carried} from "./carried.mjs";
import {store} from "./frame.mjs";
import {Pieces} from "./handover.mjs";
import {sessionReader} from "./session.mjs";
import {element, icon, words} from "./words.mjs";

const MOST_BYTES = 8_000_000;
const ICONS = {created: "ok", exists: "ok", waiting: "info", rejected: "warn", conflict: "warn"};
const TONES = {new: "new", complete: "new", repeated: null, foreign: "refused", damaged: "refused", too_old: "refused"};
const say = words();
const part = (id) => document.getElementById(id);
const request = (...what) => fetch(...what);
const carried = new Carried({store, fetch: request, session: sessionReader({fetch: request})});
const pieces = new Pieces();
const camera = new CameraPanel(found);

// --- by its file ----------------------------------------------------------------------------------------------------------

part("carry").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = part("carry-file").files;
  if (!file) return;
  if (file.size > MOST_BYTES) return tell(say("carry.too_large"));
  await busy(part("carry-send"), async () => show([await carried.send(file)]));
});

// --- off its screen -------------------------------------------------------------------------------------------------------

async function found(text) {
  const {state, have, total, text: file} = await pieces.add(text);
  if (TONES[state]) signal(TONES[state], part("viewfinder"));
  part("collect-say").dataset.tone = TONES[state] ?? "";
  if (have) progress(have, total);
  if (state !== "new" && state !== "repeated") part("collect-say").textContent = say(`collect.${state}`);
  else part("collect-say").textContent = say("collect.have", {have, total});
  if (state !== "complete") return;
  camera.stop();
  await carried.keep(file);
  await sendKept();
}

function progress(have, total) {
  part("collect-progress").hidden = false;
  Object.assign(part("collect-progress"), {max: total, value: have});
}

part("collect-photos").addEventListener("change", async ({target}) => {
  const photos = [...target.files];
  for (const photo of photos) {
    const texts = await textsIn(photo, part("collect").dataset.decode).catch(() => []);
    if (!texts.length) part("collect-say").textContent = say("collect.no_code", {name: photo.name});
    for (const text of texts) await found(text);
  }
  target.value = ""; // the same photos may be chosen again
});

// --- what was collected and has no answer yet -------------------------------------------------------------------------------

async function sendKept() {
  await busy(part("kept-send"), async () => show(await carried.sendKept()));
  await showKept();
}

async function showKept() {
  const {length} = await carried.kept();
  part("kept").hidden = !length;
  part("kept-say").textContent = say("carry.kept", {n: length});
}

part("kept-send").addEventListener("click", () => void sendKept());
addEventListener("online", async () => (await carried.kept()).length && void sendKept());

// --- what the server said ---------------------------------------------------------------------------------------------------

async function busy(button, work) {
  button.setAttribute("aria-busy", "true");
  tell(say("carry.sending"));
  part("carry-results").replaceChildren();
  await work();
  button.removeAttribute("aria-busy");
}

function show(answers) {
  const results = answers.flatMap((each) => each.results ?? []);
  const done = results.filter(({status}) => status === "created" || status === "exists").length;
  const others = answers.filter(({state}) => state !== "answered").map(({state, detail}) => detail ?? say(`carry.${state}`));
  tell([results.length ? say("carry.done", {done, all: results.length}) : "", ...others].filter(Boolean).join(" "));
  part("carry-results").replaceChildren(...results.map(line));
}

function tell(text) {
  part("carry-said").hidden = !text;
  part("carry-said").textContent = text;
}

function line({id, status, receipt, problem}) {
  const code = receipt?.batches?.find((each) => each.code)?.code;
  return element(
    "li", {className: "outbox-item"},
    element("div", {className: "outbox-what"}, element("strong", {className: "code", textContent: code ?? id ?? "—"})),
    element("div", {className: "outbox-state"}, icon(ICONS[status] ?? "info", "icon-small"),
      element("span", {className: "outbox-state-word", textContent: say(`carry.${status}`)}),
      problem ? element("p", {className: "outbox-why", textContent: problem.detail}) : null),
  );
}

void showKept().catch(() => {});
