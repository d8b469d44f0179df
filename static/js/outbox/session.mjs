// Who is signed in on this device at this moment, and how far the device's clock is off.

import {retryAfterMs} from "./pauses.mjs";

export const ADDRESS = "/outbox/session";
const TIMEOUT_MS = 20_000;

/** No answer of ours. `reason`: no_network · redirected (a portal, most likely) · busy · server_down; `asked_ms` of a Retry-After. */
export class NoSession extends Error {
  constructor(reason, asked_ms = 0) {
    super(reason);
    this.reason = reason;
    this.asked_ms = asked_ms;
  }
}

/**
 * → an async function that answers {user (id or null), token, clock_offset_ms}. The offset is server minus device, taken
 * at the middle of the exchange; null where the exchange took longer than what an offset is worth.
 */
export function sessionReader({fetch, clock = Date.now, timers = globalThis}) {
  return async function session() {
    const asked_at = clock();
    const cut = new AbortController();
    const timer = timers.setTimeout(() => cut.abort(), TIMEOUT_MS);
    try {
      const response = await fetch(ADDRESS, {
        headers: {Accept: "application/json"}, credentials: "same-origin", redirect: "manual", cache: "no-store", signal: cut.signal,
      });
      const body = await ours(response, clock());
      return {user: body.user, token: body.token, clock_offset_ms: offset(Date.parse(body.now), asked_at, clock())};
    } catch (error) {
      throw error instanceof NoSession ? error : new NoSession("no_network");
    } finally {
      timers.clearTimeout(timer);
    }
  };
}

async function ours(response, now) {
  const asked_ms = retryAfterMs(response.headers.get("Retry-After"), now);
  if (response.status === 429) throw new NoSession("busy", asked_ms);
  if (response.status >= 500) throw new NoSession("server_down", asked_ms);
  const type = response.headers.get("Content-Type") ?? "";
  if (response.status !== 200 || !type.startsWith("application/json")) throw new NoSession("redirected");
  const body = await response.json().catch(() => null);
  if (body?.service !== "huiliu") throw new NoSession("redirected");
  return body;
}

function offset(server, asked_at, answered_at) {
  if (!Number.isFinite(server) || answered_at - asked_at > 5_000 || answered_at < asked_at) return null;
  return Math.round(server - (asked_at + answered_at) / 2);
}
