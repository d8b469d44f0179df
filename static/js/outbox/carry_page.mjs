// Brings in the file of another device's outbox: sent as it is, and what the server said of each event is shown.

import {sessionReader} from "./session.mjs";
import {element, icon, words} from "./words.mjs";

const ADDRESS = "/api/v1/events/carried";
const MOST_BYTES = 8_000_000;
const ICONS = {created: "ok", exists: "ok", waiting: "info", rejected: "warn", conflict: "warn"};
const say = words();
const part = (id) => document.getElementById(id);
const session = sessionReader({fetch: (...request) => fetch(...request)});

part("carry").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = part("carry-file").files;
  if (!file) return;
  part("carry-send").setAttribute("aria-busy", "true");
  tell(say("carry.sending"));
  part("carry-results").replaceChildren();
  try {
    await send(file);
  } catch {
    tell(say("carry.no_answer"));
  }
  part("carry-send").removeAttribute("aria-busy");
});

async function send(file) {
  if (file.size > MOST_BYTES) return tell(say("carry.too_large"));
  const {user, token} = await session();
  if (!user) return tell(say("carry.signed_out"));
  const answer = await fetch(ADDRESS, {
    method: "POST", credentials: "same-origin", redirect: "manual", body: file,
    headers: {"Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token},
  });
  const body = await answer.json();
  if (answer.status !== 200 || !Array.isArray(body.results)) return tell(body.detail ?? say("carry.no_answer"));
  const done = body.results.filter(({status}) => status === "created" || status === "exists").length;
  tell(say("carry.done", {done, all: body.results.length}));
  part("carry-results").replaceChildren(...body.results.map(line));
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
