// The photos beside events of the outbox: written with their event, kept until the server's own answer names them.
//
// `photos` holds what is to be done, `photo_bytes` the JPEGs, so that counting reads no pictures. A photo is due when its
// event is no longer among the items: acknowledged. A replaced event takes its photos along, a withdrawn one loses them.

import {LONGEST_PAUSE_MS} from "./pauses.mjs";

export const PHOTOS_MOST = 3;
export const SHELVES = ["photos", "photo_bytes"];
const of = (event) => IDBKeyRange.bound([event], [event, []]);
const keyOf = ({event, sha256}) => [event, sha256];

/** The event that names what will come. No photos: the event as it is. */
export function announcing(event, photos) {
  if (!photos.length) return event;
  return {...event, private: {...event.private, photo: photos.map(({sha256}) => sha256).join(" ")}};
}

/** The same without the photos, where there was no room for them. */
export function silent({private: {photo: _, ...notes} = {}, ...event}) {
  return {...event, private: notes};
}

/** Inside the transaction that saves their events: [{event, sha256, bytes}]; without `bytes` they are held already. */
export async function shelve(at, photos, {owner, created_at}) {
  for (const {event, sha256, bytes} of photos) {
    if (bytes) await at("photo_bytes").put({event, sha256, owner, bytes});
    const [held, known] = [await at("photo_bytes").getKey([event, sha256]), await at("photos").getKey([event, sha256])];
    if (!held || known) continue;
    await at("photos").put({event, sha256, owner, created_at, state: "queued", attempts: 0, next_at: 0, trouble: null, problem: null});
  }
}

/** Inside the transaction that replaces an event: what the new one still announces goes along, the rest goes. */
export async function follow(at, from, event) {
  const announced = new Set((event.private?.photo ?? "").split(" "));
  for (const name of SHELVES) {
    for (const row of await at(name).getAll(of(from))) {
      if (announced.has(row.sha256)) await at(name).put({...row, event: event.id});
    }
  }
  await discard(at, from);
}

/** Inside the transaction that withdraws an event. */
export async function discard(at, event) {
  for (const name of SHELVES) await at(name).delete(of(event));
}

/**
 * Saves events with their photos in one transaction. → {dropped}: true where the disk had room for the events only; they
 * are then saved without the photos, and do not announce them.
 */
export async function saveWith(store, events, {photos = [], known = {}} = {}) {
  try {
    await store.save(events, {photos, known});
  } catch (error) {
    if (!photos.length || error.cause?.name !== "QuotaExceededError") throw error;
    await store.save(events.map(silent), {known});
    return {dropped: true};
  }
  return {dropped: false};
}

export class PhotoShelf {
  #store;
  #clock;

  constructor({store, clock = Date.now}) {
    this.#store = store;
    this.#clock = clock;
  }

  #in(state) {
    return IDBKeyRange.only([this.#store.owner, state]);
  }

  /** Those to be sent now, the least tried first; never one whose event waits or needs attention. */
  async due({everything = false} = {}) {
    const now = this.#clock();
    const ready = ({next_at}) => everything || next_at <= now || next_at > now + LONGEST_PAUSE_MS;
    const rows = await this.#store.run(["photos", "items"], "readonly", async (at) => {
      const queued = (await at("photos").index("queue").getAll(this.#in("queued"))).filter(ready);
      const waiting = await Promise.all(queued.map(({event}) => at("items").getKey(event)));
      return queued.filter((_, each) => waiting[each] === undefined);
    });
    return rows.sort((one, other) => one.attempts - other.attempts || one.created_at - other.created_at);
  }

  /** The JPEG as an ArrayBuffer, or null. */
  async bytes(photo) {
    return (await this.#store.run(["photo_bytes"], "readonly", (at) => at("photo_bytes").get(keyOf(photo))))?.bytes ?? null;
  }

  /** The server has it by its own word. */
  delivered(photo) {
    return this.#forget(photo);
  }

  /** The server will never take it: kept for its person to see why. */
  refused(photo, problem) {
    return this.#change(photo, {state: "refused", problem});
  }

  postponed(photo, changes) {
    return this.#change(photo, changes);
  }

  #change(photo, changes) {
    return this.#store.run(["photos"], "readwrite", async (at) => {
      const row = await at("photos").get(keyOf(photo));
      if (row) await at("photos").put({...row, ...changes});
    });
  }

  #forget(photo) {
    return this.#store.run(SHELVES, "readwrite", async (at) => {
      for (const name of SHELVES) await at(name).delete(keyOf(photo));
    });
  }

  /** A person has read why it was refused. */
  dismiss(photo) {
    return this.#forget(photo);
  }

  /** {waiting, refused: rows} of the owner. */
  async counts() {
    return this.#store.run(["photos"], "readonly", async (at) => {
      const queue = at("photos").index("queue");
      return {waiting: await queue.count(this.#in("queued")), refused: await queue.getAll(this.#in("refused"))};
    });
  }

  /** Keeps a photo for an event that is not saved yet: a line of the cart. */
  hold({event, sha256, bytes}) {
    const row = {event, sha256, bytes, owner: this.#store.owner};
    return this.#store.run(["photo_bytes"], "readwrite", (at) => at("photo_bytes").put(row));
  }

  /** Lets go of what is held for an event that will not be saved. */
  drop(event) {
    return this.#store.run(["photo_bytes"], "readwrite", (at) => at("photo_bytes").delete(of(event)));
  }

  /** Lets go of what is held for no line of the kept cart, and for no event: a tab was killed in between. */
  sweep() {
    return this.#store.run([...SHELVES, "known"], "readwrite", async (at) => {
      const cart = await at("known").get([this.#store.owner, "cart"]);
      const lines = new Set((cart?.value.lines ?? []).map(({id}) => id));
      for (const key of await at("photo_bytes").getAllKeys()) {
        if (lines.has(key[0]) || (await at("photos").getKey(key))) continue;
        const row = await at("photo_bytes").get(key);
        if (row.owner === this.#store.owner) await at("photo_bytes").delete(key);
      }
    });
  }
}
