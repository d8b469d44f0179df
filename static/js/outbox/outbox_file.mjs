// The outbox as a signed file, to be carried to another device: the format is docs/decisions, "the outbox file".
//
//   {format, body, key_id, public_key, signature}
// `body` is JSON as text, so that what is signed is what is there, byte for byte; `signature` is ECDSA P-256 over the
// SHA-256 of its UTF-8 bytes, r‖s in base64url; `key_id` the RFC 7638 thumbprint of `public_key`.

import {OutboxError} from "./outbox_error.mjs";

export const FORMAT = "huiliu-outbox/1";
export const MOST_HANDED_OVER = 20; // events in a hand-over by QR codes
const CURVE = {name: "ECDSA", namedCurve: "P-256"};
const SIGNING = {name: "ECDSA", hash: "SHA-256"};
const utf8 = (text) => new TextEncoder().encode(text);

export function base64url(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** A signing key that never leaves this browser: {key_id, public_key (JWK), private_key (not extractable), made_at}. */
export async function makeKey({subtle = crypto.subtle, clock = Date.now} = {}) {
  const {publicKey, privateKey} = await subtle.generateKey(CURVE, false, ["sign", "verify"]);
  const {crv, kty, x, y} = await subtle.exportKey("jwk", publicKey);
  const public_key = {crv, kty, x, y}; // in the order of RFC 7638
  const key_id = base64url(await subtle.digest("SHA-256", utf8(JSON.stringify(public_key))));
  return {key_id, public_key, private_key: privateKey, made_at: clock()};
}

/** Everything of the owner that has no receipt, and what was given up: → {name, text}. Nothing leaves the outbox by this. */
export async function exportFile({store, subtle = crypto.subtle, clock = Date.now}) {
  const [attention, queued, archive] = await Promise.all([store.items("attention"), store.items("queued"), store.archive()]);
  return signed({items: [...queued, ...attention], archive, store, subtle, clock});
}

/** What is queued, for a hand-over by QR codes: the same file without the archive. OutboxError `too_many` above MOST_HANDED_OVER. */
export async function handoverFile({store, subtle = crypto.subtle, clock = Date.now}) {
  const items = await store.items("queued");
  if (items.length > MOST_HANDED_OVER) throw new OutboxError("too_many");
  return signed({items, archive: [], store, subtle, clock});
}

async function signed({items, archive, store, subtle, clock}) {
  const key = await store.key(() => makeKey({subtle, clock}));
  const now = new Date(clock()).toISOString();
  const body = JSON.stringify({
    owner: store.owner,
    exported_at: now,
    events: items.sort((one, other) => one.seq - other.seq).map(written),
    archive: archive.map((row) => ({...written(row), withdrawn_at: moment(row.withdrawn_at), replaced_by: row.replaced_by ?? null})),
  });
  const signature = base64url(await subtle.sign(SIGNING, key.private_key, utf8(body)));
  const text = JSON.stringify({format: FORMAT, body, key_id: key.key_id, public_key: key.public_key, signature}, null, 1);
  return {name: `huiliu-outbox-${now.slice(0, 10)}-${key.key_id.slice(0, 6)}.json`, text};
}

const moment = (ms) => new Date(ms).toISOString();

function written({payload, state, created_at, problem, replaces}) {
  return {event: payload, state, created_at: moment(created_at), problem: problem?.code ?? null, replaces: replaces ?? null};
}

/** Whether a file's signature is that of the key it names, and that key the one its id names. For tests and a second look. */
export async function verifyFile(text, {subtle = crypto.subtle} = {}) {
  const {format, body, key_id, public_key, signature} = JSON.parse(text);
  const {crv, kty, x, y} = public_key;
  const print = base64url(await subtle.digest("SHA-256", utf8(JSON.stringify({crv, kty, x, y}))));
  if (format !== FORMAT || print !== key_id) return false;
  const key = await subtle.importKey("jwk", {crv, kty, x, y}, CURVE, false, ["verify"]);
  const bytes = Uint8Array.from(atob(signature.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
  return subtle.verify(SIGNING, key, bytes, utf8(body));
}
