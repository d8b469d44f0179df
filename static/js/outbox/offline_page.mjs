// The last known lists of this phone's owner, read out of its own memory.
import {owner, store} from "./frame.mjs";
import {element, words} from "./words.mjs";
import {grouped} from "../scan/registry_code.mjs";

const say = words();
const part = (id) => document.getElementById(id);

function row({code, id, stream, mass_kg}) {
  return element("li", {className: "outbox-item outbox-what"},
    element("strong", {className: "code", textContent: code ? grouped(code) : id.slice(0, 8)}),
    element("span", {textContent: say(`stream.${stream}`)}),
    mass_kg === null || mass_kg === undefined ? null : element("span", {className: "num", textContent: say("mass", {n: mass_kg})}));
}

async function show() {
  let any = false;
  for (const name of owner ? ["incoming", "batches"] : []) {
    const known = await store.recall(name);
    if (!known?.value.length) continue;
    any = true;
    part(`known-${name}`).hidden = false;
    part(`known-${name}`).querySelector("ul").replaceChildren(...known.value.map(row));
    part("known-at").hidden = false;
    part("known-at").textContent = say("known.at", {when: new Date(known.at).toLocaleString(document.documentElement.lang)});
  }
  part("known-none").hidden = any;
}

void show().catch(() => (part("known-none").hidden = false));
