// A phone for tests: one IndexedDB that outlives its tabs, tabs that can be killed at any step, a clock moved by hand.

import {createRequire} from "node:module";
import {OutboxSender} from "../../../static/js/outbox/outbox_sender.mjs";
import {OutboxStore} from "../../../static/js/outbox/outbox_store.mjs";
import {PhotoSender} from "../../../static/js/outbox/photo_sender.mjs";
import {PhotoShelf} from "../../../static/js/outbox/photo_shelf.mjs";

const require = createRequire(new URL("../../../static/package.json", import.meta.url));
require("fake-indexeddb/auto"); // before idb looks at the classes
const {IDBFactory} = require("fake-indexeddb");
export const fc = require("fast-check");
export const {openDB} = await import("../../../static/vendor/idb.mjs");

export const START = Date.UTC(2026, 2, 1);
const NO_TIMERS = {setTimeout: () => 0, clearTimeout() {}};
const never = () => new Promise(() => {});

export class Phone {
  now = START;
  full = false; // no room left: every put fails
  clock = () => this.now;

  constructor() {
    globalThis.indexedDB = new IDBFactory();
  }

  /** Everything on the shelves, read behind the outbox's back. */
  async shelves() {
    const db = await openDB("huiliu-outbox");
    const names = ["items", "receipts", "tallies", "archive"].filter((name) => db.objectStoreNames.contains(name));
    const rows = await Promise.all(names.map((name) => db.getAll(name)));
    db.close();
    return {items: [], receipts: [], tallies: [], archive: [], ...Object.fromEntries(names.map((name, at) => [name, rows[at]]))};
  }
}

export class Tab {
  dead = false;
  steps_left = Infinity; // transactions and requests until the tab is killed
  #connections = new Set();
  #transactions = new Set();

  constructor({phone, server, owner, Sender = OutboxSender, Store = OutboxStore, Trickle = PhotoSender}) {
    this.phone = phone;
    this.server = server;
    this.owner = owner;
    this.killed = new Promise((resolve) => (this.#tellKilled = resolve));
    const {clock} = phone;
    this.store = new Store({openDB: this.#openDB, owner, clock, receiptsKept: 100_000});
    const parts = {
      store: this.store, clock, random: () => 0.5, timers: NO_TIMERS,
      fetch: (...request) => this.fetch(...request), session: () => this.#asked(() => server.session()),
    };
    this.sender = new Sender(parts);
    this.shelf = new PhotoShelf({store: this.store, clock});
    this.trickle = new Trickle({...parts, shelf: this.shelf});
  }

  #tellKilled;

  /** What a person would see of `work`: its result, its error, or that the tab went away. */
  async see(work) {
    return Promise.race([work.then((value) => ({value}), (error) => ({error})), this.killed.then(() => ({killed: true}))]);
  }

  fetch = (address, options) => this.#asked(() => this.server.answer(address, options));

  // A killed tab's request may have reached the server or not; its answer reaches nobody.
  async #asked(request) {
    if (this.#step() === "before") return never();
    const answer = await request();
    if (this.#step() === "before") return never();
    return answer;
  }

  #step() {
    if (this.dead) return "before";
    this.steps_left -= 1;
    if (this.steps_left > 0) return "alive";
    this.kill();
    return "before";
  }

  kill() {
    this.dead = true;
    for (const tx of this.#transactions) attempt(() => tx.abort());
    this.closeDatabase();
    this.#tellKilled();
  }

  /** As a browser under storage pressure does it. */
  closeDatabase() {
    for (const db of this.#connections) db.close();
    this.#connections.clear();
  }

  #openDB = async (...request) => {
    if (this.dead) return never();
    const db = await openDB(...request);
    if (this.dead) {
      db.close();
      return never();
    }
    this.#connections.add(db);
    return {close: () => db.close(), transaction: (...what) => this.#transaction(db, what)};
  };

  #transaction(db, what) {
    if (this.#step() === "before") throw new DOMException("the tab is gone", "AbortError");
    const tx = db.transaction(...what);
    this.#transactions.add(tx);
    const forget = () => this.#transactions.delete(tx);
    tx.done.then(forget, forget);
    const {phone} = this;
    return {
      done: tx.done,
      abort: () => tx.abort(),
      objectStore(name) {
        const store = tx.objectStore(name);
        return phone.full ? without(store, "put") : store;
      },
    };
  }
}

function without(store, method) {
  return new Proxy(store, {
    get(target, name) {
      if (name === method) return () => Promise.reject(new DOMException("no room", "QuotaExceededError"));
      const value = target[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function attempt(work) {
  try {
    work();
  } catch {
    // it had ended
  }
}
