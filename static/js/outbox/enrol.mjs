// Makes this device's signature count: its key is enrolled while its owner is signed in, so that a colleague may later
// bring in the outbox's file. Proved by signing the account's id, for a public key alone can be anybody's.

import {base64url, makeKey} from "./outbox_file.mjs";

export const ADDRESS = "/api/v1/device-keys";
export const AGAIN_AFTER_MS = 24 * 60 * 60_000; // a key ends with the account's sessions; enrolled anew, it counts again
const SIGNING = {name: "ECDSA", hash: "SHA-256"};

/**
 * → enrolled · known · may_not · not_here (no secure context) · refused. `token` is an async function that gives the mark
 * posts must carry; it is asked only when there is something to post.
 */
export async function enrol({store, token, fetch, subtle = globalThis.crypto?.subtle, clock = Date.now}) {
  if (!subtle) return "not_here";
  const key = await store.key(() => makeKey({subtle, clock}));
  const told = await store.recall("enrolled");
  if (told?.value === key.key_id && told.at <= clock() && clock() - told.at < AGAIN_AFTER_MS) return "known";
  const words = new TextEncoder().encode(`huiliu-device/1 ${store.owner}`);
  const proof = base64url(await subtle.sign(SIGNING, key.private_key, words));
  const answer = await fetch(ADDRESS, {
    method: "POST", credentials: "same-origin", redirect: "manual",
    headers: {"Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": await token(), "X-Huiliu-Actor": store.owner},
    body: JSON.stringify({public_key: key.public_key, proof}),
  });
  const said = await answer.json().catch(() => null);
  const mayNot = answer.status === 403 && said?.code === "role_may_not"; // a regulator's phone need not ask on every page
  if (!mayNot && (answer.status !== 200 || said?.key_id !== key.key_id)) return "refused"; // a portal's page, a session of somebody else: asked again next time
  await store.remember("enrolled", key.key_id);
  return mayNot ? "may_not" : "enrolled";
}
