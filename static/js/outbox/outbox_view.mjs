// What a person is told about the outbox: three states that cannot be confused, and the age of what is oldest.
// Pure: counts in, words' keys and numbers out; the page's own templates hold the words in both languages.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
export const WARN_AFTER_MS = 3 * DAY_MS;

/** The three states an event made on this phone can be in, by where it stands. */
export const STATES = {
  queued: {icon: "phone", tone: "info"}, // on this phone
  acknowledged: {icon: "ok", tone: "ok"}, // sent, with receipt
  attention: {icon: "warn", tone: "warn"}, // needs attention
};

/** How long ago, in the largest unit that is not zero: {unit: "now" | "minute" | "hour" | "day", count}. A clock turned back is now. */
export function age(since, now) {
  const passed = Math.max(0, now - since);
  if (passed >= DAY_MS) return {unit: "day", count: Math.floor(passed / DAY_MS)};
  if (passed >= HOUR_MS) return {unit: "hour", count: Math.floor(passed / HOUR_MS)};
  const count = Math.floor(passed / MINUTE_MS);
  return {unit: count ? "minute" : "now", count};
}

/**
 * The badge in the header of every page: null when nothing waits.
 * `tone`: info · warn (something needs attention, or the oldest item is three days old).
 */
export function badge({queued, attention, oldest_at}, now) {
  const count = queued + attention;
  if (!count) return null;
  const old = oldest_at !== null && now - oldest_at >= WARN_AFTER_MS;
  return {count, attention, age: age(oldest_at, now), old, tone: old || attention ? "warn" : "info"};
}

const FACTS = ["kind", "site", "occurred_at"];

/** One line of a list out of an item or a receipt: what it is, as its frozen payload says, and where it stands. */
export function line(row, now) {
  const event = JSON.parse(row.payload);
  const facts = Object.fromEntries(FACTS.map((name) => [name, event[name] ?? null]));
  const {stream = null, code = null, mass_kg = null} = event.details ?? {};
  const state = row.acknowledged_at === undefined ? row.state : "acknowledged";
  return {
    id: row.id, state, ...STATES[state], ...facts, stream, code, mass_kg, age: age(row.created_at, now),
    trouble: row.trouble ?? null, problem: row.problem ?? null, receipt: row.receipt ?? null, replaces: row.replaces ?? null,
  };
}

/** Asks the browser to keep our storage under pressure: "kept" · "at_risk" (it may be cleared) · "unknown". */
export async function askToPersist(storage = globalThis.navigator?.storage) {
  if (!storage?.persist) return "unknown";
  try {
    if ((await storage.persisted?.()) || (await storage.persist())) return "kept";
    return "at_risk";
  } catch {
    return "unknown";
  }
}
