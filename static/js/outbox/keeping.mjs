// What a phone keeps for times without a network, beside its outbox: the pages of the shell and the last known lists.

const PAGES = "huiliu-pages"; // as in the service worker
const SHELL_PAGES = ["/scan/cart", "/outbox", "/outbox/carry", "/offline"];
const HEADER = "X-Huiliu-Shell";
const LISTS = {batches: "/api/v1/batches?limit=100", incoming: "/api/v1/batches?scope=incoming&limit=100"};
const EVERY_MS = 10 * 60_000;
const WHOSE = "/kept-for"; // beside the pages: for whom all of them were kept; written last, so that a page left early is made good by the next

/** Fetches both anew when they are ten minutes old, were kept for somebody else, or were not kept to the end. */
export async function keep({store}) {
  const pages = (await globalThis.caches?.open(PAGES)) ?? null;
  if (await areFresh({store, pages})) return;
  if (pages) await keepPages(pages);
  for (const [name, address] of Object.entries(LISTS)) {
    const answer = await fetch(address, {headers: {Accept: "application/json"}, credentials: "same-origin"});
    const body = answer.ok ? await answer.json() : null;
    if (Array.isArray(body?.items)) await store.remember(name, body.items);
  }
  await pages?.put(WHOSE, new Response(store.owner));
}

async function areFresh({store, pages}) {
  const kept = await store.recall("batches");
  if (!kept || kept.at > Date.now() || Date.now() - kept.at >= EVERY_MS) return false;
  return !pages || (await (await pages.match(WHOSE))?.text()) === store.owner;
}

async function keepPages(pages) {
  await pages.delete(WHOSE);
  for (const path of SHELL_PAGES) {
    const answer = await fetch(path, {credentials: "same-origin", cache: "no-cache", headers: {Accept: "text/html"}});
    if (answer.ok && !answer.redirected && answer.headers.has(HEADER)) await pages.put(path, answer);
  }
}

/** Who signs out leaves no lists and no pages behind; the queue stays, locked. */
export async function forget({store}) {
  await Promise.allSettled([
    ...Object.keys(LISTS).map((name) => store.remember(name, [])), globalThis.caches?.delete(PAGES),
  ]);
}
