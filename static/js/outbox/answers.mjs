// Reading an answer to a list of events. Only what is understood word for word counts; everything else is "not an answer".
//
//   results   {results: Map id → {status, receipt, problem}}: the server spoke about these items
//   refused   {problem}: the server refuses the list as a whole because of something in it
//   suspect   {reason}: an answer that an item may have caused (500, unreadable): worth trying in smaller lists
//   later     {reason, asked_ms}: nothing to do with the items: no network, signed out, busy, redirected

import {retryAfterMs} from "./pauses.mjs";

export const ACKNOWLEDGED = new Set(["created", "exists"]);
export const DIVERTED = new Set(["rejected", "conflict"]);
const SPOKEN = new Set([...ACKNOWLEDGED, ...DIVERTED, "waiting"]);

const LATER = {0: "redirected", 401: "signed_out", 403: "may_not", 408: "no_network", 429: "busy", 502: "server_down", 503: "server_down", 504: "server_down"};
const REFUSED = new Set([400, 409, 413, 422]);

/** `response` as fetch gives it (redirect: "manual"), `ids` of the items sent. Rejects as reading its body does. */
export async function readAnswer(response, {ids, now}) {
  const {status} = response;
  const asked_ms = retryAfterMs(response.headers.get("Retry-After"), now);
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) return {kind: "later", reason: "redirected", asked_ms};
  const body = await jsonOf(response);
  if (status === 403 && body?.code === "csrf_failed") return {kind: "later", reason: "stale", asked_ms};
  if (status === 409 && body?.code === "another_actor") return {kind: "later", reason: "other_user", asked_ms};
  const firewall = status === 403 && !body; // it judges what is in a list, not who sends it
  if (Object.hasOwn(LATER, status) && !firewall) return {kind: "later", reason: LATER[status], asked_ms};
  if (status === 200) return resultsOf(body, ids);
  if (REFUSED.has(status) && typeof body?.code === "string") return {kind: "refused", problem: body};
  return {kind: "suspect", reason: status >= 500 ? "server_error" : "not_an_answer"};
}

/**
 * The answer to one photo {event, sha256}: delivered · refused {problem} (for good) · later · suspect, as above. A 403 is
 * about who sends, as for events; a 409 that is not about another user may pass.
 */
export async function readPhotoAnswer(response, {event, sha256, now}) {
  const {status} = response;
  const asked_ms = retryAfterMs(response.headers.get("Retry-After"), now);
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) return {kind: "later", reason: "redirected", asked_ms};
  const body = await jsonOf(response);
  if (status === 403 && body?.code === "csrf_failed") return {kind: "later", reason: "stale", asked_ms};
  if (status === 409 && body?.code === "another_actor") return {kind: "later", reason: "other_user", asked_ms};
  const firewall = status === 403 && !body;
  if (Object.hasOwn(LATER, status) && !firewall) return {kind: "later", reason: LATER[status], asked_ms};
  if (status === 200 && body?.sha256 === sha256 && body.event === event) return {kind: "delivered"};
  if (status >= 400 && status < 500 && status !== 409 && typeof body?.code === "string") return {kind: "refused", problem: body};
  return {kind: "suspect", reason: status >= 500 ? "server_error" : "not_an_answer"};
}

// A captive portal sends HTML, at times under the status 200 and once in a while under our own content type.
async function jsonOf(response) {
  const text = await response.text();
  const type = (response.headers.get("Content-Type") ?? "").split(";")[0].trim().toLowerCase();
  if (type !== "application/json" && type !== "application/problem+json") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function resultsOf(body, ids) {
  if (!Array.isArray(body?.results)) return {kind: "suspect", reason: "not_an_answer"};
  const results = new Map();
  const twice = new Set();
  for (const each of body.results) {
    if (!spoken(each, ids)) continue;
    if (results.has(each.id)) twice.add(each.id); // two words about one item are none
    results.set(each.id, each);
  }
  for (const id of twice) results.delete(id);
  return results.size ? {kind: "results", results} : {kind: "suspect", reason: "not_an_answer"};
}

function spoken(each, ids) {
  if (!each || !ids.has(each.id) || !SPOKEN.has(each.status)) return false;
  return !ACKNOWLEDGED.has(each.status) || each.receipt === undefined || each.receipt?.id === each.id;
}
