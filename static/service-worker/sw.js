// Keeps the shell of the product for times without a network. Touches GETs of our own origin only: a POST never passes
// here, for some browsers hand a service worker its body empty. Sending is the outbox's business, in the page.
//
// In front of this text the server puts `const SHELL = {version, files, pages, header, decoder: {version, files}}`.

const KEPT = `huiliu-shell-${SHELL.version}`; // files of this version, all or none
const PAGES = "huiliu-pages"; // the last own answer of each page of the shell
const DECODER = `huiliu-decoder-${SHELL.decoder.version}`; // large, loaded when first needed
const OURS = new Set([KEPT, PAGES, DECODER]);
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

async function install() {
  const kept = await caches.open(KEPT);
  await kept.addAll(SHELL.files.map((file) => new Request(file, {cache: "no-cache"})));
  await Promise.all(SHELL.pages.map((page) => remember(page).catch(() => {}))); // nobody may be signed in yet
  await self.skipWaiting();
}

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("huiliu-") && !OURS.has(name));
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const {request} = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event, url.pathname));
  else if (SHELL.files.includes(url.pathname)) event.respondWith(kept(request, url.pathname));
  else if (SHELL.decoder.files.includes(url.pathname)) event.respondWith(decoder(url.pathname));
});

// A page that loaded the decoder before this worker watched over it asks to have it kept.
self.addEventListener("message", (event) => {
  if (event.data?.keep === "decoder") event.waitUntil(Promise.all(SHELL.decoder.files.map(decoder)).catch(() => {}));
});

async function kept(request, path) {
  return (await (await caches.open(KEPT)).match(path)) ?? fetch(request);
}

// Both files belong together, so their cache carries their common digest: what is kept is right, and the network is not
// asked, which may take as long as it likes to say nothing.
async function decoder(path) {
  const cache = await caches.open(DECODER);
  const old = await cache.match(path);
  if (old) return old;
  const fresh = await fetch(path);
  if (fresh.ok) await cache.put(path, fresh.clone());
  return fresh;
}

async function page(event, path) {
  if (!SHELL.pages.includes(path)) return fetch(event.request).catch(() => last("/offline"));
  const fresh = fetch(event.request);
  event.waitUntil(fresh.then((answer) => keep(path, answer.clone())).catch(() => {}));
  try {
    return await Promise.race([fresh, late(path)]);
  } catch {
    return last(path);
  }
}

// Gives up on a slow network only where there is something to show instead.
async function late(path) {
  await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  if (await (await caches.open(PAGES)).match(path)) throw new Error("late");
  return new Promise(() => {});
}

async function last(path) {
  const pages = await caches.open(PAGES);
  return (await pages.match(path)) ?? (await pages.match("/offline")) ?? Response.error();
}

async function remember(path) {
  await keep(path, await fetch(path, {credentials: "same-origin", cache: "no-cache"}));
}

// Ours, whole, and not the sign-in page it was sent to.
async function keep(path, answer) {
  if (answer.status !== 200 || answer.redirected || !answer.headers.has(SHELL.header)) return;
  await (await caches.open(PAGES)).put(path, answer);
}
