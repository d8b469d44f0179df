// A registry for tests: keeps events by id for ever, as the real one does, and answers well, badly or not at all.
//
// An event of a test carries {id, by (its author), fact (what happened; must never be stored twice)} and may carry
//   poison  rejected · conflict     the server's word about this item
//           400 · 409 · 413 · 422   refuses every list that holds it
//           500 · html              breaks on every list that holds it
//   after   ids that must be known first, else `waiting`

const PROBLEM = "application/problem+json";
const JSON_TYPE = "application/json";
const HTML = "text/html; charset=utf-8";

const reply = (status, body, type = JSON_TYPE, headers = {}) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), {status, headers: {"Content-Type": type, ...headers}});
const problem = (status, code, headers) => reply(status, {type: `/problems/${code}`, title: code, status, code}, PROBLEM, headers);

/** What may go wrong once: by name, given the server and the list. `null` lets the list through. */
export const FAULTS = {
  network: () => {
    throw new TypeError("Failed to fetch");
  },
  dropped: (server, list) => {
    server.take(list);
    throw new TypeError("Failed to fetch");
  },
  cut: (server, list) => {
    const whole = JSON.stringify({results: server.take(list)});
    return reply(200, whole.slice(0, -3));
  },
  401: () => problem(401, "sign_in_needed"),
  403: () => problem(403, "csrf_failed"),
  409: () => problem(409, "wrong_state"),
  422: () => problem(422, "schema_invalid"),
  429: () => problem(429, "too_many_requests", {"Retry-After": "120"}),
  500: () => problem(500, "server_error"),
  "500_stored": (server, list) => {
    server.take(list); // stored, and broke while it wrote the answer
    return reply(500, "<h1>Internal Server Error</h1>", HTML);
  },
  502: () => reply(502, "<h1>Bad Gateway</h1>", HTML),
  503: () => reply(503, "busy", "text/plain", {"Retry-After": "Sun, 01 Mar 2026 00:10:00 GMT"}),
  portal: () => reply(200, "<html><title>Free Wi-Fi</title>", HTML),
  portal_as_json: () => reply(200, "<html><title>Free Wi-Fi</title>"),
  redirected: () => ({status: 0, type: "opaqueredirect", headers: new Headers(), text: async () => ""}),
  no_results: () => reply(200, {ok: true}),
  strange: () => reply(200, {results: [null, 7, {id: 5}, {id: "other", status: "created"}, {status: "created"}]}),
  wrong_ids: (server, list) => reply(200, {results: server.take(list).map((each) => ({...each, id: "0".repeat(36)}))}),
  foreign_receipts: (server, list) => reply(200, {results: server.take(list).map((each) => ({...each, receipt: {id: "x"}}))}),
  twice: (server, list) => {
    const results = server.take(list);
    return reply(200, {results: [...results, ...results.map(({id}) => ({id, status: "rejected"}))]});
  },
  unknown_status: (server, list) => reply(200, {results: server.take(list).map(({id}) => ({id, status: "stored"}))}),
  half: (server, list) => reply(200, {results: server.take(list).slice(Math.ceil(list.length / 2))}),
  text_type: (server, list) => reply(200, {results: server.take(list)}, "text/plain"),
};

/** Faults that may put a sound event into the tray: the server refuses a list of one. */
export const ACCUSING = ["409", "422"];

export class Server {
  stored = new Map(); // id → payload text
  user = null; // who is signed in on the phone
  faults = []; // names, one for each coming list
  portal = false; // the network asks for a sign-in of its own first
  checks = "both"; // of the session: token · actor · both
  lists = [];
  photos = new Map(); // digest → how often it was taken
  photo_faults = new Map(); // digest → (server, digest) → answer
  asked_photos = [];
  alarms = [];
  met = new Set(); // faults that a list ran into
  #seq = 0;

  async session() {
    if (this.portal) throw Object.assign(new Error("redirected"), {reason: "redirected"});
    const who = {user: this.user, token: `token of ${this.user}`};
    this.onAsked?.();
    return who;
  }

  async answer(address, {method, body, headers} = {}) {
    if (method === "PUT") return this.#photo(address.split("/"), headers);
    if (!body) return this.#event(address.split("/").at(-1));
    if (this.portal) return FAULTS.portal();
    const list = JSON.parse(body).events;
    this.lists.push({ids: list.map(({id}) => id), bytes: new TextEncoder().encode(body).length});
    if (this.user === null) return FAULTS[401]();
    if (this.checks !== "actor" && headers["X-CSRFToken"] !== `token of ${this.user}`) return FAULTS[403]();
    if (this.checks !== "token" && headers["X-Huiliu-Actor"] !== this.user) return problem(409, "another_actor");
    const fault = this.faults.shift();
    if (!fault) return this.#whole(list);
    this.met.add(fault);
    return FAULTS[fault](this, list);
  }

  // As the real one: after its event only, for its author; `photo_faults` names what goes wrong by digest, each time.
  #photo(parts, headers) {
    const [event, , sha256] = parts.slice(-3);
    this.asked_photos.push(sha256);
    if (this.portal) return FAULTS.portal();
    if (this.user === null) return FAULTS[401]();
    if (headers["X-Huiliu-Actor"] !== this.user) return problem(409, "another_actor");
    if (!this.stored.has(event)) {
      this.alarms.push(`photo ${sha256} came before its event ${event}`);
      return problem(404, "not_found");
    }
    const fault = this.photo_faults.get(sha256);
    if (fault) return fault(this, sha256);
    this.photos.set(sha256, (this.photos.get(sha256) ?? 0) + 1);
    return reply(200, {event, sha256});
  }

  #event(id) {
    if (this.portal) return FAULTS.portal();
    return this.stored.has(id) ? reply(200, {id}) : problem(404, "not_found");
  }

  #whole(list) {
    const poisons = new Set(list.map(({poison}) => poison));
    for (const status of [400, 409, 413, 422]) if (poisons.has(String(status))) return problem(status, "schema_invalid");
    if (poisons.has("500")) return problem(500, "server_error");
    if (poisons.has("html")) return reply(403, "<h1>Forbidden by the firewall</h1>", HTML);
    return reply(200, {results: this.take(list)});
  }

  /** Stores what can be stored; one result for each event. */
  take(list) {
    return list.map((event) => this.#one(event));
  }

  #one(event) {
    const {id, poison} = event;
    const payload = JSON.stringify(event);
    if (this.stored.has(id)) {
      if (this.stored.get(id) === payload) return {id, status: "exists", receipt: {id, seq: 1}};
      this.alarms.push(`${id} came again with other content`);
      return {id, status: "conflict", problem: {code: "event_conflict"}};
    }
    if (poison === "rejected") return {id, status: "rejected", problem: {code: "mass_zero"}};
    if (poison === "conflict") return {id, status: "conflict", problem: {code: "event_conflict"}};
    if (poison) return {id, status: "rejected", problem: {code: "schema_invalid"}}; // a fault let it come this far
    if ((event.after ?? []).some((each) => !this.stored.has(each))) return {id, status: "waiting", problem: {code: "waiting_predecessor"}};
    if (event.by !== this.user) this.alarms.push(`${id} of ${event.by} was signed by ${this.user}`);
    this.stored.set(id, payload);
    return {id, status: "created", receipt: {id, seq: (this.#seq += 1)}};
  }
}
