// The outbox's shelf: what was created is here until the server's own answer says it has it. Locked to one owner.
//
// At every moment: created = acknowledged + queued + needs attention (+ withdrawn by hand). Each change that moves an
// event between these is one transaction, so a killed tab leaves it on one side or the other, never on none.

import {OutboxError, known} from "./outbox_error.mjs";
import {NAME, VERSION, upgrade} from "./outbox_schema.mjs";
import {LONGEST_PAUSE_MS} from "./pauses.mjs";
import {SHELVES, discard, follow, shelve} from "./photo_shelf.mjs";

export const MOST_BYTES = 250_000; // of one event; a list of them may have 256 kB
export const RECEIPTS_KEPT = 500;
const RECEIPTS_KEPT_WHEN_FULL = 20;
const UNSENT = ["queued", "attention"];

const bytesOf = (text) => new TextEncoder().encode(text).length;
const queue = (owner, state) => IDBKeyRange.bound([owner, state], [owner, state, []]);
const fresh = (owner) => ({owner, created: 0, acknowledged: 0, withdrawn: 0, seq: 0});

export class OutboxStore {
  #openDB;
  #db = null;
  #clock;
  #keep;

  /** `openDB` is idb's; `owner` the id of the user whose events these are. */
  constructor({openDB, owner, clock = Date.now, receiptsKept = RECEIPTS_KEPT}) {
    this.#openDB = openDB;
    this.owner = owner;
    this.#clock = clock;
    this.#keep = receiptsKept;
  }

  /**
   * Freezes events ({id, …} each), stores them all or none, reads them back, and only then answers [{id, saved_at}].
   * `known` {name: value} and `photos` [{event, sha256, bytes}] are kept in the same transaction: a cart is emptied with its
   * saving, or neither happens.
   * The same id with the same content again is harmless, so a caller that got an error keeps its ids and tries again.
   * Once its receipt was let go (RECEIPTS_KEPT others came after it, fewer on a full phone) it is taken for a new one: sent
   * again, answered `exists`, and counted once more on both sides of the books.
   */
  async save(events, {known: more = {}, photos = []} = {}) {
    const frozen = events.map((event) => ({id: event.id, payload: JSON.stringify(event)}));
    for (const {payload} of frozen) if (bytesOf(payload) > MOST_BYTES) throw new OutboxError("too_large");
    const saved_at = this.#clock();
    await this.run(["items", "receipts", "tallies", "known", ...SHELVES], "readwrite", async (at) => {
      const tally = (await at("tallies").get(this.owner)) ?? fresh(this.owner);
      for (const each of frozen) await this.#put(at, tally, {...each, created_at: saved_at});
      await at("tallies").put(tally);
      for (const [name, value] of Object.entries(more)) await at("known").put({owner: this.owner, name, value, at: saved_at});
      await shelve(at, photos, {owner: this.owner, created_at: saved_at});
    });
    await this.#readBack(frozen);
    return frozen.map(({id}) => ({id, saved_at}));
  }

  async #put(at, tally, {id, payload, ...more}) {
    const there = (await at("items").get(id)) ?? (await at("receipts").get(id));
    if (there?.payload === payload && there.owner === this.owner) return;
    if (there) throw new OutboxError("id_taken");
    tally.created += 1;
    tally.seq += 1;
    await at("items").put({
      id, payload, owner: this.owner, seq: tally.seq, bytes: bytesOf(payload), state: "queued",
      attempts: 0, doubts: 0, waits: 0, next_at: 0, trouble: null, problem: null, ...more,
    });
  }

  // Another tab may have sent it meanwhile: its receipt says as much as the item.
  async #readBack(frozen) {
    await this.run(["items", "receipts"], "readonly", async (at) => {
      for (const {id, payload} of frozen) {
        const there = (await at("items").get(id)) ?? (await at("receipts").get(id));
        if (there?.payload !== payload) throw new OutboxError("not_saved");
      }
    });
  }

  /** Queued items to be sent now, the least doubtful first, then in the order of their creation. */
  async due({everything = false} = {}) {
    const now = this.#clock();
    const queued = await this.items("queued");
    const ready = queued.filter(({next_at}) => everything || next_at <= now || next_at > now + LONGEST_PAUSE_MS);
    return ready.sort((one, other) => one.doubts - other.doubts || one.seq - other.seq);
  }

  /** Items of the state `queued` or `attention`, in the order of their creation. */
  items(state) {
    return this.run(["items"], "readonly", (at) => at("items").index("queue").getAll(queue(this.owner, state)));
  }

  /**
   * What one answer said, in one transaction: `acknowledged` [{id, status, receipt}], `diverted` to the tray
   * [{id, status, problem}], `postponed` [{id, …changes of attempts, doubts, waits, next_at, trouble}].
   * An id that is no longer there is left alone: another tab was told first.
   */
  async settle(answer) {
    try {
      await this.#settle(answer);
    } catch (error) {
      if (error.cause?.name !== "QuotaExceededError") throw error;
      await this.run(["receipts"], "readwrite", (at) => this.#prune(at, RECEIPTS_KEPT_WHEN_FULL));
      await this.#settle(answer);
    }
  }

  async #settle({acknowledged = [], diverted = [], postponed = []}) {
    const now = this.#clock();
    await this.run(["items", "receipts", "tallies"], "readwrite", async (at) => {
      for (const {id, status, receipt} of acknowledged) await this.#acknowledge(at, {id, status, receipt, now});
      for (const {id, status, problem} of diverted) {
        await this.#change(at, id, () => ({state: "attention", status, problem, diverted_at: now}));
      }
      for (const {id, ...changes} of postponed) await this.#change(at, id, () => changes);
      if (acknowledged.length) await this.#prune(at, this.#keep);
    });
  }

  async #mine(at, id, states) {
    const item = await at("items").get(id);
    return item && item.owner === this.owner && states.includes(item.state) ? item : null;
  }

  async #change(at, id, changes) {
    const item = await this.#mine(at, id, ["queued"]);
    if (item) await at("items").put({...item, ...changes(item)});
  }

  async #acknowledge(at, {id, status, receipt, now}) {
    const item = await this.#mine(at, id, UNSENT); // what the server has, it has: also out of the tray
    if (!item) return;
    const {payload, created_at, replaces} = item;
    await at("receipts").put({id, owner: this.owner, payload, created_at, replaces, status, receipt, acknowledged_at: now});
    await at("items").delete(id);
    const tally = await at("tallies").get(this.owner);
    await at("tallies").put({...tally, acknowledged: tally.acknowledged + 1});
  }

  async #prune(at, keep) {
    const recent = at("receipts").index("recent");
    const mine = IDBKeyRange.bound([this.owner], [this.owner, []]);
    let surplus = (await recent.count(mine)) - keep;
    for (let each = await recent.openCursor(mine); each && surplus > 0; surplus -= 1, each = await each.continue()) {
      await each.delete();
    }
  }

  /** A corrected event takes the place of one in the tray: a new id that names the old, which stays in the archive. */
  async replace(id, event, {photos = []} = {}) {
    const payload = JSON.stringify(event);
    if (bytesOf(payload) > MOST_BYTES) throw new OutboxError("too_large");
    await this.run(["items", "receipts", "tallies", "archive", ...SHELVES], "readwrite", async (at) => {
      const done = await at("archive").get(id);
      if (done?.replaced_by === event.id) return; // asked again after an answer that got lost
      await this.#archive(at, id, {replaced_by: event.id});
      await follow(at, id, event);
      await shelve(at, photos, {owner: this.owner, created_at: this.#clock()});
      const tally = await at("tallies").get(this.owner);
      await this.#put(at, tally, {id: event.id, payload, replaces: id, created_at: this.#clock()});
      await at("tallies").put(tally);
    });
    await this.#readBack([{id: event.id, payload}]);
  }

  /** The same frozen event once more, when what stood in its way has gone. */
  async requeue(id) {
    await this.run(["items"], "readwrite", async (at) => {
      const item = await this.#mine(at, id, ["attention"]);
      if (item) await at("items").put({...item, state: "queued", next_at: 0, attempts: 0, waits: 0, trouble: null});
    });
  }

  /** A person gives up an event of the tray. It stays in the archive and in every export. */
  async withdraw(id) {
    await this.run(["items", "tallies", "archive", ...SHELVES], "readwrite", async (at) => {
      if (await at("archive").get(id)) return;
      await this.#archive(at, id, {});
      await discard(at, id);
    });
  }

  async #archive(at, id, more) {
    const item = await this.#mine(at, id, ["attention"]);
    if (!item) throw new OutboxError("not_in_tray");
    await at("archive").put({...item, withdrawn_at: this.#clock(), ...more});
    await at("items").delete(id);
    const tally = await at("tallies").get(this.owner);
    await at("tallies").put({...tally, withdrawn: tally.withdrawn + 1});
  }

  /** {created, acknowledged, withdrawn, queued, attention, oldest_at} of the owner, read at one moment. */
  counts() {
    return this.run(["items", "tallies"], "readonly", async (at) => {
      const {created, acknowledged, withdrawn} = (await at("tallies").get(this.owner)) ?? fresh(this.owner);
      const [queued, attention] = await Promise.all(
        UNSENT.map((state) => at("items").index("queue").getAll(queue(this.owner, state))),
      );
      const oldest_at = Math.min(...[...queued, ...attention].map((item) => item.created_at));
      return {
        created, acknowledged, withdrawn, queued: queued.length, attention: attention.length,
        oldest_at: Number.isFinite(oldest_at) ? oldest_at : null,
      };
    });
  }

  /** How many events of other users wait on this phone; nothing else about them is told. */
  foreign() {
    return this.run(["items"], "readonly", async (at) => {
      const items = at("items").index("queue");
      const mine = await Promise.all(UNSENT.map((state) => items.count(queue(this.owner, state))));
      return (await items.count()) - mine[0] - mine[1];
    });
  }

  /** The last receipts, newest first. */
  async receipts(most = RECEIPTS_KEPT) {
    const mine = IDBKeyRange.bound([this.owner], [this.owner, []]);
    const all = await this.run(["receipts"], "readonly", (at) => at("receipts").index("recent").getAll(mine));
    return all.reverse().slice(0, most);
  }

  archive() {
    return this.run(["archive"], "readonly", (at) => at("archive").index("owner").getAll(this.owner));
  }

  /** The owner's signing key row, made by `make()` once. `make` runs outside the transaction, which cannot wait for it. */
  async key(make) {
    const there = await this.run(["keys"], "readonly", (at) => at("keys").get(this.owner));
    if (there || !make) return there ?? null;
    const made = {...(await make()), owner: this.owner};
    return this.run(["keys"], "readwrite", async (at) => {
      const first = await at("keys").get(this.owner); // another tab may have been quicker
      if (!first) await at("keys").put(made);
      return first ?? made;
    });
  }

  remember(name, value) {
    const row = {owner: this.owner, name, value, at: this.#clock()};
    return this.run(["known"], "readwrite", (at) => at("known").put(row));
  }

  async recall(name) {
    return (await this.run(["known"], "readonly", (at) => at("known").get([this.owner, name]))) ?? null;
  }

  close() {
    this.#db?.then((db) => db.close(), () => {});
    this.#db = null;
  }

  // A browser may close the database under us (storage pressure, an update in another tab): opened again once.
  /** What `work(at)` answers, in one transaction over these shelves; for the shelves that keep an event company. */
  async run(names, mode, work) {
    try {
      return await this.#once(names, mode, work);
    } catch (error) {
      if (error?.name !== "InvalidStateError") throw known(error, mode);
      this.close();
    }
    return this.#once(names, mode, work).catch((error) => {
      throw known(error, mode);
    });
  }

  async #once(names, mode, work) {
    const db = await (this.#db ??= this.#open());
    // Strict: "saved" must survive a battery that falls out.
    const tx = db.transaction(names, mode, mode === "readwrite" ? {durability: "strict"} : {});
    tx.done.catch(() => {}); // heard below; a rejection nobody hears yet is not an accident
    let result;
    try {
      result = await work((name) => tx.objectStore(name));
    } catch (error) {
      aborted(tx);
      throw error;
    }
    await tx.done;
    return result;
  }

  #open() {
    const opening = this.#openDB(NAME, VERSION, {
      upgrade,
      blocking: () => this.close(), // a newer page wants to upgrade: let it, and open again at the next use
      terminated: () => this.close(),
    });
    opening.catch(() => {
      this.#db = null;
    });
    return opening;
  }
}

function aborted(tx) {
  try {
    tx.abort();
  } catch {} // it had ended already
}
