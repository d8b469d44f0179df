// Needs attention: correct an event as a new one, send the same again, or give it up.

import {OutboxError} from "./outbox_error.mjs";

const ADDRESS = "/api/v1/events/";

/** The event of a tray item as a person may change it: same facts, a new id. What other events refer to (batch_id) stays. */
export function draftOf(item, id) {
  return {...JSON.parse(item.payload), id};
}

/**
 * Puts `event` (a changed draft, with its new id) in the place of tray item `id`.
 * `photos` are those it announces anew; the old event's follow it by themselves.
 * → {replaced: true}, or {exists: true} where the server turns out to have the old one after all.
 * An item that the server judged by its own word is not there; one whose whole list was refused may have got there by an
 * earlier answer that was lost, so the server is asked first. OutboxError `ask_later` where it cannot be asked.
 */
export async function replaceItem({store, fetch, id, event, photos = []}) {
  if (event.id === id) throw new OutboxError("id_taken");
  const item = (await store.items("attention")).find((each) => each.id === id);
  if (item?.status === "refused" && (await isThere(fetch, id))) {
    await store.settle({acknowledged: [{id, status: "exists", receipt: null}]});
    return {exists: true};
  }
  await store.replace(id, event, {photos});
  return {replaced: true};
}

async function isThere(fetch, id) {
  let response;
  let body;
  try {
    response = await fetch(ADDRESS + id, {headers: {Accept: "application/json"}, credentials: "same-origin", redirect: "manual", cache: "no-store"});
    body = await response.json();
  } catch (error) {
    throw new OutboxError("ask_later", error);
  }
  if (response.status === 200 && body?.id === id) return true;
  if (response.status === 404 && body?.code === "not_found") return false;
  throw new OutboxError("ask_later");
}
