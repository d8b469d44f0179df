// Photos trickle after their event: one by one, last of all, and never in the way of one.
//
// A photo leaves the phone only on a parsed answer that names its digest. One that the server will never take goes to the
// tray's words; anything else is tried again after growing, jittered pauses, each photo by its own.

import {readPhotoAnswer} from "./answers.mjs";
import {pauseMs} from "./pauses.mjs";

export const addressOf = ({event, sha256}) => `/api/v1/events/${encodeURIComponent(event)}/photos/${sha256}`;
const TIMEOUT_MS = 180_000; // 400 kB on a poor network
const MOST_IN_VAIN = 3;
const GONE = {code: "photo_gone"};

export class PhotoSender {
  #parts;
  #running = null;
  #next = null;
  #cut = null;
  #failures = 0;
  #resume_at = 0; // our own pause; a person may shorten it
  #asked_until = 0; // the server's Retry-After; nobody shortens it

  /** `store` and `shelf` of one owner; the others as the sender of events takes them, with a lock of its own. */
  constructor({store, shelf, fetch, session, clock = Date.now, random = Math.random, exclusive = (work) => work(), timers = globalThis}) {
    this.#parts = {store, shelf, fetch, session, clock, random, exclusive, timers};
  }

  /** One pass. → {delivered, refused, trouble}. Calls during a pass share one more after it. */
  deliver({byHand = false} = {}) {
    if (!this.#running) return this.#begin(byHand);
    this.#next ??= this.#running.catch(() => {}).then(() => {
      this.#next = null;
      return this.#begin(byHand);
    });
    return this.#next;
  }

  /** An event was saved: the photo on its way is cut off and comes again after it. */
  giveWay() {
    this.#cut?.abort();
  }

  #begin(byHand) {
    const done = () => {
      this.#running = null;
    };
    const pass = this.#pass(byHand);
    this.#running = pass;
    pass.then(done, done);
    return pass;
  }

  async #pass(byHand) {
    const log = {delivered: 0, refused: 0, trouble: null, in_vain: 0};
    const now = this.#parts.clock();
    const wait = Math.max(this.#asked_until, byHand ? 0 : this.#resume_at);
    if (now >= wait || wait > now + 2 * 60 * 60_000) await this.#parts.exclusive(() => this.#sendAll(byHand, log));
    return {delivered: log.delivered, refused: log.refused, trouble: log.trouble};
  }

  async #sendAll(byHand, log) {
    const {store, shelf} = this.#parts;
    const tried = new Set();
    for (;;) {
      const photo = (await shelf.due({everything: byHand})).find((each) => !tried.has(addressOf(each)));
      if (!photo) break;
      if ((await store.due()).length) return; // events first
      const who = await this.#admit(log);
      if (!who) return;
      tried.add(addressOf(photo));
      if (!(await this.#send(photo, who.token, log))) return;
    }
    this.#failures = 0;
    this.#resume_at = 0;
  }

  async #admit(log) {
    const {store, session} = this.#parts;
    let who;
    try {
      who = await session();
    } catch (error) {
      return this.#later(log, {reason: error?.reason ?? "no_network", asked_ms: error?.asked_ms ?? 0});
    }
    if (who.user === store.owner) return who;
    return this.#later(log, {reason: who.user ? "other_user" : "signed_out", asked_ms: 0});
  }

  #later(log, {reason, asked_ms}) {
    const {clock, random} = this.#parts;
    this.#failures += 1;
    this.#resume_at = clock() + pauseMs(this.#failures, random);
    if (asked_ms) this.#asked_until = clock() + asked_ms;
    log.trouble = reason;
    return null;
  }

  /** False: stop the pass. */
  async #send(photo, token, log) {
    const {shelf} = this.#parts;
    const bytes = await shelf.bytes(photo);
    const answer = bytes ? await this.#put(photo, bytes, token) : {kind: "refused", problem: GONE};
    if (answer.kind === "gave_way") return false;
    if (answer.kind === "later") return this.#later(log, answer) !== null;
    if (answer.kind === "suspect") return this.#doubt(photo, answer, log);
    if (answer.kind === "delivered") await shelf.delivered(photo);
    else await shelf.refused(photo, answer.problem);
    log[answer.kind] += 1;
    log.in_vain = 0;
    return true;
  }

  async #doubt(photo, {reason}, log) {
    const {shelf, clock, random} = this.#parts;
    const attempts = photo.attempts + 1;
    await shelf.postponed(photo, {attempts, next_at: clock() + pauseMs(attempts, random), trouble: reason});
    log.in_vain += 1;
    if (log.in_vain <= MOST_IN_VAIN) return true;
    this.#later(log, {reason, asked_ms: 0});
    return false;
  }

  async #put(photo, bytes, token) {
    const {store, fetch, clock, timers} = this.#parts;
    const cut = new AbortController();
    let late = false;
    const timer = timers.setTimeout(() => {
      late = true;
      cut.abort();
    }, TIMEOUT_MS);
    this.#cut = cut;
    try {
      const response = await fetch(addressOf(photo), {
        method: "PUT",
        headers: {"Content-Type": "image/jpeg", Accept: "application/json", "X-CSRFToken": token, "X-Huiliu-Actor": store.owner},
        body: bytes, credentials: "same-origin", redirect: "manual", cache: "no-store", signal: cut.signal,
      });
      return await readPhotoAnswer(response, {...photo, now: clock()});
    } catch {
      return cut.signal.aborted && !late ? {kind: "gave_way"} : {kind: "later", reason: "no_network", asked_ms: 0};
    } finally {
      this.#cut = null;
      timers.clearTimeout(timer);
    }
  }
}
