// Files of other devices' outboxes on their way through this phone: kept until the server's own answer about them.

export const ADDRESS = "/api/v1/events/carried";
const KEPT = "carrying"; // among what the phone knows
const MOST_KEPT = 10;
const MAY_COME_BACK = new Set([401, 403, 408, 429]); // said of whoever sends, or of the moment: the file itself may be good

/** Every event of a file was answered for good: nothing of it waits for another. */
const settled = ({results}) => results.every(({status}) => status !== "waiting");

export class Carried {
  #store;
  #fetch;
  #session;

  constructor({store, fetch, session}) {
    this.#store = store;
    this.#fetch = fetch;
    this.#session = session;
  }

  /** Texts that were collected and not yet answered, oldest first. */
  async kept() {
    return (await this.#store.recall(KEPT))?.value ?? [];
  }

  /** Keeps a text until it is answered; the same one is kept once, and the oldest gives way to an eleventh. */
  async keep(text) {
    const others = (await this.kept()).filter((each) => each !== text);
    await this.#store.remember(KEPT, [...others, text].slice(-MOST_KEPT));
  }

  async #forget(text) {
    await this.#store.remember(KEPT, (await this.kept()).filter((each) => each !== text));
  }

  /** Sends all that is kept. → [what `send` gives], up to the first without an answer. */
  async sendKept() {
    const said = [];
    for (const text of await this.kept()) {
      const answer = await this.send(text);
      said.push(answer);
      if (answer.state === "answered" ? settled(answer) : answer.state === "refused") await this.#forget(text);
      if (answer.state === "no_answer" || answer.state === "signed_out") break;
    }
    return said;
  }

  /** One file (text or Blob) → {state: answered, results} · {state: refused | not_now, detail} · {state: no_answer | signed_out}. */
  async send(body) {
    try {
      const {user, token} = await this.#session();
      if (!user) return {state: "signed_out"};
      const answer = await this.#fetch(ADDRESS, {
        method: "POST", credentials: "same-origin", redirect: "manual", body,
        headers: {"Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token},
      });
      return judged(answer, await answer.json());
    } catch {
      return {state: "no_answer"};
    }
  }
}

// Only a problem of our own server (it has a code) says anything about the file.
function judged({status}, {results, code, detail}) {
  if (status === 200 && Array.isArray(results)) return {state: "answered", results};
  if (status < 400 || status >= 500 || !code) return {state: "no_answer"};
  return {state: MAY_COME_BACK.has(status) ? "not_now" : "refused", detail};
}
