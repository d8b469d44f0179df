// One phone, one registry and the people between them, as the model drives them; and what must hold at every step.

import {replaceItem} from "../../../static/js/outbox/outbox_tray.mjs";
import {Phone, Tab} from "./phone.mjs";
import {ACCUSING, Server} from "./server.mjs";

export const USERS = ["anna", "ben"];
const HOUR_MS = 3600_000;
const INCURABLE = ["500", "html"]; // poison about which the server never says a word

export class World {
  phone = new Phone();
  server = new Server();
  promised = new Set(); // ids for which "saved" was shown
  attempted = new Map(); // id → event: whatever a person entered
  accused = false; // the server has refused whole lists for no fault of an item
  made = 0;
  receipted = new Map(); // id → how often its receipt came: again only after a full phone had let it go
  standing = new Set(); // ids with a receipt at the last audit
  killed = 0; // tabs that went away in the middle of something

  constructor({Sender, Store} = {}) {
    this.parts = {Sender, Store};
    this.server.user = USERS[0];
    this.tabs = [this.#tab(USERS[0]), this.#tab(USERS[0])];
  }

  #tab(owner) {
    return new Tab({phone: this.phone, server: this.server, owner, ...this.parts});
  }

  /** A tab is killed and the page opened again, by `owner`. */
  reload(at, owner = this.tabs[at].owner) {
    this.tabs[at].kill();
    this.tabs[at] = this.#tab(owner);
  }

  event(owner, {poison, after = []} = {}) {
    this.made += 1;
    const event = {id: `e${String(this.made).padStart(5, "0")}`, by: owner, fact: this.made, ...(poison && {poison}), after};
    this.attempted.set(event.id, event);
    return event;
  }

  async save(at, events, {killAfter = Infinity} = {}) {
    const tab = this.tabs[at];
    tab.steps_left = killAfter;
    const {value} = await tab.see(tab.store.save(events));
    for (const {id} of value ?? []) this.promised.add(id);
    this.#settleTab(at);
  }

  async deliver(at, {byHand = false, killAfter = Infinity} = {}) {
    const tab = this.tabs[at];
    tab.steps_left = killAfter;
    await tab.see(tab.sender.deliver({byHand}));
    this.#settleTab(at);
  }

  #settleTab(at) {
    if (this.tabs[at].dead) {
      this.killed += 1;
      this.reload(at);
    }
    this.tabs[at].steps_left = Infinity;
  }

  /** `work(store, item)` on the item of the tab's tray that `pick` points at, if there is one. */
  async inTray(at, pick, work) {
    const tab = this.tabs[at];
    const {value: tray} = await tab.see(tab.store.items("attention"));
    if (tray?.length) await tab.see(work(tab, tray[pick % tray.length]));
  }

  editAsNew(at, pick) {
    return this.inTray(at, pick, async (tab, item) => {
      const {poison, ...sound} = JSON.parse(item.payload);
      const event = {...sound, id: `${item.id}+`, after: [], was: poison};
      this.attempted.set(event.id, event);
      const {replaced} = await replaceItem({store: tab.store, fetch: tab.fetch, id: item.id, event});
      if (replaced) this.promised.add(event.id);
    });
  }

  /** Throws what is wrong. Looks behind the outbox's back, at the shelves and at the server. */
  async audit() {
    const shelves = await this.phone.shelves();
    this.#count(shelves.receipts.map(({id}) => id));
    for (const owner of USERS) balanced(shelves, owner, this.#receiptedOf(owner));
    this.#placed(shelves);
    this.#stored();
    return shelves;
  }

  #count(ids) {
    for (const id of ids) if (!this.standing.has(id)) this.receipted.set(id, (this.receipted.get(id) ?? 0) + 1);
    this.standing = new Set(ids);
  }

  #receiptedOf(owner) {
    let sum = 0;
    for (const [id, times] of this.receipted) if (this.attempted.get(id).by === owner) sum += times;
    return sum;
  }

  // Every event that was promised is in exactly one place, word for word.
  #placed({items, receipts, archive}) {
    const places = new Map();
    for (const row of [...items, ...receipts, ...archive]) {
      const event = this.attempted.get(row.id);
      if (places.has(row.id)) throw new Error(`${row.id} is in two places`);
      if (row.payload !== JSON.stringify(event) || row.owner !== event.by) throw new Error(`${row.id} has changed`);
      places.set(row.id, row);
      if (row.state === "attention" && !event.poison && !this.accused) throw new Error(`${row.id} was accused without a reason`);
    }
    for (const id of this.promised) if (!places.has(id) && !this.receipted.has(id)) throw new Error(`${id} is lost`);
  }

  // What was acknowledged is there, nothing is there twice, and nobody signed for another.
  #stored() {
    for (const id of this.receipted.keys()) if (!this.server.stored.has(id)) throw new Error(`${id} was acknowledged and is not there`);
    const facts = new Map();
    for (const [id, payload] of this.server.stored) {
      const {fact} = JSON.parse(payload);
      if (facts.has(fact)) throw new Error(`what happened once is stored twice: ${facts.get(fact)} and ${id}`);
      facts.set(fact, id);
    }
    if (this.server.alarms.length) throw new Error(this.server.alarms.join("; "));
  }

  /** From now on all is well: network, room, time. Then everything sound must arrive, held by nothing. */
  async heal() {
    this.phone.full = false;
    Object.assign(this.server, {faults: [], portal: false, onAsked: null});
    for (const user of USERS) {
      this.server.user = user;
      this.reload(0, user);
      await this.#drain(user);
    }
    this.server.user = USERS[0];
    this.reload(0, USERS[0]);
  }

  // Each item that breaks the server without a word may cost the others one pass more, never the day.
  async #drain(user) {
    const before = (await this.phone.shelves()).items.filter(({owner}) => owner === user);
    const breaking = before.filter(({id}) => INCURABLE.includes(this.attempted.get(id).poison)).length;
    for (let passes = 2 + breaking; passes > 0; passes -= 1) {
      this.phone.now += HOUR_MS;
      await this.deliver(0);
    }
    const {items} = await this.phone.shelves();
    const held = items.filter((item) => item.owner === user && item.state === "queued" && !this.#mayStay(item));
    if (held.length) throw new Error(`held back: ${held.map(({id}) => id)}`);
  }

  #mayStay({id}) {
    const {poison, after} = this.attempted.get(id);
    return INCURABLE.includes(poison) || after.some((each) => !this.server.stored.has(each));
  }

  /** A fault that the coming list of events meets. */
  fault(name) {
    this.server.faults.push(name);
    this.accused ||= ACCUSING.includes(name);
  }

  end() {
    for (const tab of this.tabs) tab.kill();
  }
}

// created = acknowledged + queued + needs attention (+ what a person gave up or replaced)
function balanced({items, tallies, archive}, owner, receipted) {
  const of = (rows, state) => rows.filter((row) => row.owner === owner && (!state || row.state === state)).length;
  const tally = tallies.find((row) => row.owner === owner) ?? {created: 0, acknowledged: 0, withdrawn: 0};
  const sum = tally.acknowledged + of(items, "queued") + of(items, "attention") + tally.withdrawn;
  if (tally.created !== sum) throw new Error(`${owner}: ${tally.created} created, ${sum} accounted for`);
  if (tally.acknowledged !== receipted) throw new Error(`${owner}: ${tally.acknowledged} acknowledged, ${receipted} receipts`);
  if (tally.withdrawn !== of(archive)) throw new Error(`${owner}: ${tally.withdrawn} withdrawn, ${of(archive)} in the archive`);
}
