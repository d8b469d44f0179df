// Carries what is queued to the server and believes nothing but its parsed answer for each item.
//
// An item leaves the queue on created | exists (acknowledged) or rejected | conflict (to the tray). Anything else is
// tried again after growing, jittered pauses. A list that is refused or breaks the server is halved until the item at
// fault stands alone, so that it holds no other.

import {ACKNOWLEDGED, DIVERTED, readAnswer} from "./answers.mjs";
import {pauseMs} from "./pauses.mjs";

export const ADDRESS = "/api/v1/events/batch";
export const MOST_ITEMS = 50;
export const MOST_BYTES = 256_000;
const FRAME_BYTES = '{"events":[]}'.length;
const TIMEOUT_MS = 60_000;
/** Answers in a row that told us nothing: 50 items halved down to one need seven. After that the server is ill, not an item. */
const MOST_IN_VAIN = 7;

/** Lists of at most MOST_ITEMS items and MOST_BYTES; the more doubtful an item, the smaller the list it travels in. */
export function listsOf(items) {
  const lists = [];
  let list = null;
  let bytes = 0;
  for (const item of items) {
    const room = Math.max(1, Math.floor(MOST_ITEMS / 2 ** item.doubts));
    if (!list || list.length >= room || bytes + item.bytes + 1 > MOST_BYTES) {
      lists.push((list = []));
      bytes = FRAME_BYTES;
    }
    list.push(item);
    bytes += item.bytes + 1;
  }
  return lists;
}

export class OutboxSender {
  #running = null;
  #next = null;
  #next_by_hand = false;
  #store;
  #fetch;
  #session;
  #clock;
  #random;
  #exclusive;
  #timers;
  #failures = 0; // passes in a row that ended in "later"
  #resume_at = 0; // our own pause; a person may shorten it
  #asked_until = 0; // the server's Retry-After; nobody shortens it

  /**
   * `session()` → {user, token} of whoever is signed in, or throws; `exclusive(work)` lets one tab of the phone send at a
   * time (sending twice is harmless, only wasteful); `timers` {setTimeout, clearTimeout}.
   */
  constructor({store, fetch, session, clock = Date.now, random = Math.random, exclusive = (work) => work(), timers = globalThis}) {
    this.#store = store;
    this.#fetch = fetch;
    this.#session = session;
    this.#clock = clock;
    this.#random = random;
    this.#exclusive = exclusive;
    this.#timers = timers;
  }

  /**
   * One pass over what is due. → {acknowledged, diverted, trouble, next_at}: `trouble` is null or why the rest waits,
   * `next_at` when to come again (null: nothing is queued). `byHand` tries everything now.
   * Calls while one pass runs share one more pass after it, for what came in between.
   */
  deliver({byHand = false} = {}) {
    if (!this.#running) return this.#begin(byHand);
    this.#next_by_hand ||= byHand;
    this.#next ??= this.#running.catch(() => {}).then(() => {
      const hand = this.#next_by_hand;
      this.#next = null;
      this.#next_by_hand = false;
      return this.#begin(hand);
    });
    return this.#next;
  }

  #begin(byHand) {
    const done = () => {
      this.#running = null;
    };
    const pass = this.#pass(byHand);
    this.#running = pass;
    pass.then(done, done); // heard before whoever waits for the pass, so that the next one may begin
    return pass;
  }

  async #pass(byHand) {
    const log = {acknowledged: 0, diverted: 0, trouble: null, in_vain: 0};
    const now = this.#clock();
    const wait = Math.max(this.#asked_until, byHand ? 0 : this.#resume_at);
    if (now >= wait || wait > now + 2 * 60 * 60_000) await this.#exclusive(() => this.#sendAll(byHand, log));
    return this.#summary(log);
  }

  async #summary({acknowledged, diverted, trouble}) {
    const queued = await this.#store.items("queued");
    const soonest = queued.length ? Math.min(...queued.map((item) => item.next_at)) : null;
    const next_at = soonest === null ? null : Math.max(soonest, this.#resume_at, this.#asked_until, this.#clock() + 1000);
    return {acknowledged, diverted, trouble, next_at};
  }

  async #sendAll(byHand, log) {
    const tried = new Set();
    for (;;) {
      const items = (await this.#store.due({everything: byHand})).filter(({id}) => !tried.has(id));
      if (!items.length) break;
      const who = await this.#admit(log);
      if (!who) return;
      for (const {id} of items) tried.add(id);
      for (const list of listsOf(items)) {
        if (!(await this.#send(list, who.token, log))) return;
      }
    }
    this.#failures = 0;
    this.#resume_at = 0;
  }

  // Asked before every sending: a portal shows itself here, and another user's session must not sign our events.
  async #admit(log) {
    let who;
    try {
      who = await this.#session();
    } catch (error) {
      return this.#later(log, {reason: error?.reason ?? "no_network", asked_ms: error?.asked_ms ?? 0});
    }
    if (who.user === this.#store.owner) return who;
    return this.#later(log, {reason: who.user ? "other_user" : "signed_out", asked_ms: 0});
  }

  #later(log, {reason, asked_ms}) {
    const now = this.#clock();
    this.#failures += 1;
    this.#resume_at = now + pauseMs(this.#failures, this.#random);
    if (asked_ms) this.#asked_until = now + asked_ms;
    log.trouble = reason;
    return null;
  }

  /** False: stop the pass. */
  async #send(list, token, log) {
    const answer = await this.#post(list, token);
    if (answer.kind === "later") return this.#later(log, answer) !== null;
    if (answer.kind === "results") {
      log.in_vain = 0;
      this.#failures = 0;
      return this.#settle(list, answer.results, log);
    }
    if (list.length > 1) return this.#halve(list, answer, token, log);
    if (answer.kind === "refused") return this.#divert(list[0], answer.problem, log);
    await this.#store.settle({postponed: [this.#doubted(list[0], answer.reason)]});
    return this.#goOn(log, answer);
  }

  async #halve(list, answer, token, log) {
    // Written down, so that a tab killed half-way begins with smaller lists instead of the same one.
    await this.#store.settle({postponed: list.map(({id, doubts}) => ({id, doubts: doubts + 1}))});
    if (answer.kind === "suspect" && !this.#goOn(log, answer)) return false;
    const middle = Math.ceil(list.length / 2);
    for (const half of [list.slice(0, middle), list.slice(middle)]) {
      const doubted = half.map((item) => ({...item, doubts: item.doubts + 1}));
      if (!(await this.#send(doubted, token, log))) return false;
    }
    return true;
  }

  #goOn(log, answer) {
    log.in_vain += 1;
    if (log.in_vain <= MOST_IN_VAIN) return true;
    this.#later(log, {reason: answer.reason, asked_ms: 0});
    return false;
  }

  async #divert(item, problem, log) {
    log.in_vain = 0;
    log.diverted += 1;
    await this.#store.settle({diverted: [{id: item.id, status: "refused", problem}]});
    return true;
  }

  async #settle(list, results, log) {
    const acknowledged = [];
    const diverted = [];
    const postponed = [];
    for (const item of list) {
      const {status, receipt = null, problem = null} = results.get(item.id) ?? {};
      if (ACKNOWLEDGED.has(status)) acknowledged.push({id: item.id, status, receipt});
      else if (DIVERTED.has(status)) diverted.push({id: item.id, status, problem});
      else postponed.push(status === "waiting" ? this.#waiting(item, problem) : this.#doubted(item, "not_an_answer"));
    }
    await this.#store.settle({acknowledged, diverted, postponed});
    log.acknowledged += acknowledged.length;
    log.diverted += diverted.length;
    return true;
  }

  #waiting({id, attempts, waits}, problem) {
    const next_at = this.#clock() + pauseMs(waits + 1, this.#random);
    return {id, attempts: attempts + 1, waits: waits + 1, doubts: 0, next_at, trouble: "waiting", problem};
  }

  #doubted({id, attempts, doubts}, trouble) {
    const next_at = this.#clock() + pauseMs(attempts + 1, this.#random);
    return {id, attempts: attempts + 1, doubts: doubts + 1, next_at, trouble};
  }

  async #post(list, token) {
    const cut = new AbortController();
    const timer = this.#timers.setTimeout(() => cut.abort(), TIMEOUT_MS);
    try {
      const response = await this.#fetch(ADDRESS, {
        method: "POST",
        headers: {"Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token, "X-Huiliu-Actor": this.#store.owner},
        body: `{"events":[${list.map(({payload}) => payload).join(",")}]}`,
        credentials: "same-origin", redirect: "manual", cache: "no-store", signal: cut.signal,
      });
      return await readAnswer(response, {ids: new Set(list.map(({id}) => id)), now: this.#clock()});
    } catch {
      return {kind: "later", reason: "no_network", asked_ms: 0};
    } finally {
      this.#timers.clearTimeout(timer);
    }
  }
}
