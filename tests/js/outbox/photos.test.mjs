import assert from "node:assert/strict";
import {test} from "node:test";
import {NAME, STEPS} from "../../../static/js/outbox/outbox_schema.mjs";
import {PhotoSender} from "../../../static/js/outbox/photo_sender.mjs";
import {PhotoShelf, announcing, saveWith} from "../../../static/js/outbox/photo_shelf.mjs";
import {LADDER, MOST_BYTES, fitted, lightEnough} from "../../../static/js/outbox/photo_taking.mjs";
import {replaceItem} from "../../../static/js/outbox/outbox_tray.mjs";
import {OutboxStore} from "../../../static/js/outbox/outbox_store.mjs";
import {Phone, START, Tab, openDB} from "./phone.mjs";
import {FAULTS, Server} from "./server.mjs";

function ready(more = {}) {
  const phone = new Phone();
  const server = new Server();
  server.user = "u1";
  return {phone, server, tab: new Tab({phone, server, owner: "u1", ...more})};
}

let made = 0;

/** An event that announces `count` photos, and these. */
function pictured(count = 1, more = {}) {
  const id = `e${(made += 1)}`;
  const photos = Array.from({length: count}, (_, each) => ({event: id, sha256: `${id}-${each}`, bytes: new ArrayBuffer(10 + each)}));
  return {event: announcing({id, by: "u1", fact: made, ...more}, photos), photos};
}

async function saved(tab, ...all) {
  await tab.store.save(all.map(({event}) => event), {photos: all.flatMap(({photos}) => photos)});
}

const problem = (status, code) => () =>
  new Response(JSON.stringify({code, status, title: code}), {status, headers: {"Content-Type": "application/problem+json"}});
const waiting = async (tab) => (await tab.shelf.counts()).waiting;

test("photos come after their event is acknowledged, never before", async () => {
  const {server, tab} = ready();
  const one = pictured(3);
  await saved(tab, one);
  await tab.trickle.deliver({byHand: true});
  assert.deepEqual(server.asked_photos, []);
  assert.equal(await waiting(tab), 3);
  await tab.sender.deliver();
  assert.deepEqual(server.asked_photos, []);
  await tab.trickle.deliver();
  assert.deepEqual([...server.photos.keys()].sort(), one.photos.map(({sha256}) => sha256).sort());
  assert.equal(await waiting(tab), 0);
  assert.equal(await tab.shelf.bytes(one.photos[0]), null);
  assert.deepEqual(server.alarms, []);
});

test("a sender that does not wait for the event is seen", async () => {
  class Hasty extends PhotoShelf {
    async due() {
      return this.all;
    }
  }
  const {server, tab} = ready();
  const one = pictured();
  await saved(tab, one);
  const shelf = Object.assign(new Hasty({store: tab.store}), {all: one.photos.map((each) => ({...each, attempts: 0}))});
  tab.store.due = async () => [];
  await new PhotoSender({store: tab.store, shelf, fetch: tab.fetch, session: () => server.session()}).deliver();
  assert.equal(server.alarms.length, 1);
});

test("photos of an event in the tray stay where they are, and nothing is sent for it", async () => {
  const {server, tab} = ready();
  await saved(tab, pictured(1, {poison: "rejected"}));
  await tab.sender.deliver();
  await tab.trickle.deliver({byHand: true});
  assert.deepEqual(server.asked_photos, []);
  assert.equal(await waiting(tab), 1);
});

test("an event made anew takes its photos along; a withdrawn one loses them", async () => {
  const {server, tab} = ready();
  const [kept, given] = [pictured(2, {poison: "rejected"}), pictured(1, {poison: "rejected"})];
  await saved(tab, kept, given);
  await tab.sender.deliver();
  const {poison, ...sound} = kept.event;
  await replaceItem({store: tab.store, fetch: tab.fetch, id: kept.event.id, event: {...sound, id: `${poison}-anew`}});
  await tab.store.withdraw(given.event.id);
  await tab.sender.deliver();
  await tab.trickle.deliver();
  assert.deepEqual([...server.photos.keys()].sort(), kept.photos.map(({sha256}) => sha256).sort());
  assert.equal(await waiting(tab), 0);
  assert.equal(await tab.shelf.bytes(given.photos[0]), null);
});

for (const [status, code] of [[404, "not_found"], [413, "image_too_large"], [415, "image_not_an_image"], [422, "photo_has_metadata"]]) {
  test(`a photo refused for good (${status}) is told and delays neither photos nor events`, async () => {
    const {server, tab} = ready();
    const one = pictured(3);
    await saved(tab, one);
    server.photo_faults.set(one.photos[0].sha256, problem(status, code));
    await tab.sender.deliver();
    const {delivered, refused} = await tab.trickle.deliver();
    assert.deepEqual([delivered, refused], [2, 1]);
    const counts = await tab.shelf.counts();
    assert.deepEqual([counts.waiting, counts.refused[0].problem.code], [0, code]);
    await tab.trickle.deliver({byHand: true});
    assert.equal(server.asked_photos.length, 3);
    await saved(tab, pictured());
    await tab.sender.deliver();
    assert.equal((await tab.store.counts()).acknowledged, 2);
    await tab.shelf.dismiss(counts.refused[0]);
    assert.deepEqual((await tab.shelf.counts()).refused, []);
  });
}

test("a photo that breaks the server every time holds neither the other photos nor an event", async () => {
  const {phone, server, tab} = ready();
  const one = pictured(2);
  await saved(tab, one);
  server.photo_faults.set(one.photos[0].sha256, FAULTS[500]);
  await tab.sender.deliver();
  for (let pass = 0; pass < 5; pass += 1) {
    await tab.trickle.deliver();
    phone.now += 3600_000;
  }
  assert.equal(server.photos.get(one.photos[1].sha256), 1);
  const later = pictured();
  await saved(tab, later);
  await tab.sender.deliver();
  assert.ok(server.stored.has(later.event.id));
  assert.equal(await waiting(tab), 2);
});

for (const status of [408, 409, 429, 502, 503, "html", "portal", "network", "wrong"]) {
  test(`after "${status}" the photo stays and arrives later`, async () => {
    const {phone, server, tab} = ready();
    const one = pictured();
    const [{sha256}] = one.photos;
    await saved(tab, one);
    const html = () => new Response("<html>", {status: 200, headers: {"Content-Type": "text/html"}});
    const wrong = () => new Response(JSON.stringify({event: one.event.id, sha256: "another"}), {headers: {"Content-Type": "application/json"}});
    const named = {408: problem(408, "timeout"), 409: problem(409, "wrong_state"), html, portal: html, wrong};
    server.photo_faults.set(sha256, named[status] ?? FAULTS[status]);
    await tab.sender.deliver();
    await tab.trickle.deliver();
    assert.deepEqual([await waiting(tab), (await tab.shelf.counts()).refused.length], [1, 0]);
    server.photo_faults.clear();
    phone.now += 3600_000;
    await tab.trickle.deliver();
    assert.equal(server.photos.get(sha256), 1);
    assert.equal(await waiting(tab), 0);
  });
}

test("Retry-After is kept for photos too, also by hand", async () => {
  const {phone, server, tab} = ready();
  const one = pictured();
  await saved(tab, one);
  server.photo_faults.set(one.photos[0].sha256, FAULTS[429]);
  await tab.sender.deliver();
  await tab.trickle.deliver();
  phone.now = START + 119_000;
  await tab.trickle.deliver({byHand: true});
  assert.equal(server.asked_photos.length, 1);
});

test("nothing is sent for a signed-out or another user", async () => {
  const {server, tab} = ready();
  await saved(tab, pictured());
  await tab.sender.deliver();
  for (const user of [null, "u2"]) {
    server.user = user;
    await tab.trickle.deliver({byHand: true});
  }
  assert.deepEqual(server.asked_photos, []);
  assert.equal(await waiting(tab), 1);
});

test("an event saved while a photo is on its way goes first, and the photo comes again after it", async () => {
  const {server, tab} = ready();
  const one = pictured();
  await saved(tab, one);
  await tab.sender.deliver();
  let cut = null;
  const hanging = (address, options) => new Promise((_, reject) => {
    cut = options.signal;
    options.signal.addEventListener("abort", () => reject(new DOMException("cut", "AbortError")));
  });
  const trickle = new PhotoSender({store: tab.store, shelf: tab.shelf, fetch: hanging, session: () => server.session(), timers: {setTimeout: () => 0, clearTimeout() {}}});
  const pass = trickle.deliver();
  while (!cut) await new Promise((resolve) => setImmediate(resolve));
  await saved(tab, pictured(0));
  trickle.giveWay();
  assert.equal((await pass).trouble, null);
  assert.equal((await tab.store.due()).length, 1);
  await tab.trickle.deliver();
  assert.deepEqual(server.asked_photos, []); // the event first
  await tab.sender.deliver();
  await tab.trickle.deliver();
  assert.equal(server.photos.size, 1);
});

test("a tab killed at any step loses no photo and sends none before its event", async () => {
  for (let steps = 1; steps < 30; steps += 1) {
    const {phone, server, tab} = ready();
    const one = pictured(2);
    tab.steps_left = steps;
    const {value} = await tab.see(saved(tab, one).then(() => tab.sender.deliver()).then(() => tab.trickle.deliver()).then(() => "whole"));
    tab.kill();
    const next = new Tab({phone, server, owner: "u1"});
    const {created} = await next.store.counts();
    phone.now += 3600_000;
    await next.sender.deliver({byHand: true});
    await next.trickle.deliver({byHand: true});
    assert.equal(server.photos.size, created ? 2 : 0, `killed at ${steps}`);
    assert.equal(await waiting(next), 0);
    assert.deepEqual(server.alarms, []);
    if (value) break;
  }
});

test("an event and its photos are saved together or not at all", async () => {
  const {phone, tab} = ready();
  phone.full = true;
  await assert.rejects(saved(tab, pictured()));
  phone.full = false;
  assert.equal(await waiting(tab), 0);
  assert.equal((await tab.store.counts()).created, 0);
});

test("where there is room for the event only it is kept, announces nothing, and the loss is told", async () => {
  const {server, tab} = ready();
  const save = tab.store.save.bind(tab.store);
  const full = Object.assign(new Error("not_saved"), {code: "not_saved", cause: {name: "QuotaExceededError"}});
  tab.store.save = (events, more) => (more.photos?.length ? Promise.reject(full) : save(events, more));
  const one = pictured(1, {private: {note: "x"}});
  assert.deepEqual(await saveWith(tab.store, [one.event], {photos: one.photos}), {dropped: true});
  await tab.sender.deliver();
  assert.deepEqual(JSON.parse(server.stored.get(one.event.id)).private, {note: "x"});
  assert.equal(await waiting(tab), 0);
});

test("what the cart holds for a line goes with its event, and what no line wants is swept", async () => {
  const {server, tab} = ready();
  const [line, lost] = [pictured(), pictured()];
  for (const photo of [...line.photos, ...lost.photos]) await tab.shelf.hold(photo);
  await tab.store.remember("cart", {lines: [{id: line.event.id}]});
  await tab.shelf.sweep();
  assert.equal(await tab.shelf.bytes(lost.photos[0]), null);
  assert.equal(await waiting(tab), 0);
  await tab.store.save([line.event], {photos: line.photos.map(({event, sha256}) => ({event, sha256}))});
  await tab.shelf.sweep();
  await tab.sender.deliver();
  await tab.trickle.deliver();
  assert.equal(server.photos.size, 1);
});

test("a phone that comes back with the shelves before photos keeps its queue", async () => {
  const phone = new Phone();
  const old = await openDB(NAME, 2, {upgrade: (db, from) => STEPS.slice(from, 2).forEach((step) => step(db))});
  const item = {
    id: "old", payload: JSON.stringify({id: "old", by: "u1", fact: 0}), owner: "u1", seq: 1, bytes: 40, state: "queued",
    attempts: 0, doubts: 0, waits: 0, next_at: 0, trouble: null, problem: null, created_at: START,
  };
  await old.put("items", item);
  await old.put("tallies", {owner: "u1", created: 1, acknowledged: 0, withdrawn: 0, seq: 1});
  old.close();
  const store = new OutboxStore({openDB, owner: "u1", clock: phone.clock});
  assert.deepEqual(await store.items("queued"), [item]);
  const one = pictured();
  await store.save([one.event], {photos: one.photos});
  assert.equal((await store.counts()).queued, 2);
  assert.equal((await new PhotoShelf({store}).counts()).waiting, 1);
  store.close();
});

test("a photo is fitted into its edge and never enlarged", () => {
  assert.deepEqual(fitted(4000, 3000, 1600), {width: 1600, height: 1200});
  assert.deepEqual(fitted(300, 9000, 1600), {width: 53, height: 1600});
  assert.deepEqual(fitted(20, 10, 1600), {width: 20, height: 10});
  assert.deepEqual(fitted(1, 90_000, 1600), {width: 1, height: 1600});
});

test("the first rung that is light enough is taken, and none is told", async () => {
  const sized = (bytes, type = "image/jpeg") => new Blob([new Uint8Array(bytes)], {type});
  const tried = [];
  const {bytes, sha256} = await lightEnough(async (rung) => sized(tried.push(rung) < 3 ? MOST_BYTES + 1 : MOST_BYTES));
  assert.deepEqual([tried, bytes.byteLength, sha256.length], [LADDER.slice(0, 3), MOST_BYTES, 64]);
  await assert.rejects(lightEnough(async () => sized(10, "image/png")), (error) => error.code === "photo_unreadable");
});
