// One event of the outbox as a line of a list: what it is, which of the three states it is in, and its receipt.
import {grouped, judge} from "../scan/registry_code.mjs";
import {line} from "./outbox_view.mjs";
import {element, icon, words} from "./words.mjs";

const say = words();

function nameOf({code, id, codes}) {
  const shown = code ?? codes?.[0]?.value;
  if (!shown) return id.slice(-8);
  return judge(shown).state === "ok" ? grouped(shown) : shown;
}

export function ago(age) {
  return say(`ago.${age.unit}`, {n: age.count});
}

/** The <li> of an item or receipt row. */
export function lineOf(row, now = Date.now()) {
  const shown = line(row, now);
  const codes = JSON.parse(row.payload).details?.codes;
  const item = element("li", {className: "outbox-item"},
    element("div", {className: "outbox-what"},
      element("strong", {className: "code", textContent: nameOf({...shown, codes})}),
      element("span", {textContent: [say(`kind.${shown.kind}`), say(`stream.${shown.stream}`)].filter(Boolean).join(" · ")}),
      shown.mass_kg === null ? null : element("span", {className: "num", textContent: say("mass", {n: shown.mass_kg})})),
    state(shown, row));
  item.dataset.state = shown.state;
  item.dataset.id = row.id;
  return item;
}

function state(shown, row) {
  const told = element("div", {className: "outbox-state"}, icon(shown.icon, "icon-small"),
    element("span", {className: "outbox-state-word", textContent: say(`state.${shown.state}`)}));
  if (shown.state === "acknowledged") told.append(receipt(shown, row));
  else told.append(element("span", {className: "soft", textContent: ago(shown.age)}));
  const why = shown.problem?.detail ?? shown.problem?.title ?? (shown.trouble && say(`trouble.${shown.trouble}`));
  const words = shown.problem?.title && shown.problem.detail ? `${shown.problem.title}：${shown.problem.detail}` : why;
  if (words && shown.state !== "acknowledged") told.append(element("p", {className: "outbox-why", textContent: words}));
  if (shown.replaces) told.append(element("p", {className: "soft small", textContent: say("replaces")}));
  return told;
}

function receipt({receipt: given}, row) {
  if (!given) return element("span", {className: "soft", textContent: say("receipt.none")});
  const batch = given.batches?.[0];
  const number = element("span", {className: "outbox-receipt", textContent: say("receipt", {n: given.seq})});
  if (!batch) return number;
  return element("span", {}, number, " ", element("a", {href: `/batches/${batch.batch_id}`, textContent: batch.code ? grouped(batch.code) : say("batch") || row.id.slice(-8)}));
}
