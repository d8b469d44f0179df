import assert from "node:assert/strict";
import {test} from "node:test";
import {idMaker} from "../../../static/js/outbox/event_id.mjs";
import {NAME, STEPS} from "../../../static/js/outbox/outbox_schema.mjs";
import {MOST_BYTES, OutboxStore} from "../../../static/js/outbox/outbox_store.mjs";
import {Phone, Tab, openDB} from "./phone.mjs";
import {Server} from "./server.mjs";

const A = {id: "0198-a", kind: "collect", details: {mass_kg: "412.5"}};
const B = {id: "0198-b", kind: "collect", details: {mass_kg: "1"}};

function open(owner = "u1", more = {}) {
  const phone = new Phone();
  return {phone, store: new OutboxStore({openDB, owner, clock: phone.clock, ...more})};
}

const code = (wanted) => (error) => error.code === wanted;

test("what is saved is read back word for word, in its order", async () => {
  const {store} = open();
  await store.save([A, B]);
  assert.deepEqual((await store.items("queued")).map((item) => JSON.parse(item.payload)), [A, B]);
});

test("saving the same again changes nothing; the same id with other content is refused and leaves nothing", async () => {
  const {store} = open();
  await store.save([A]);
  await store.save([A]);
  await assert.rejects(store.save([B, {...A, kind: "dispatch"}]), code("id_taken"));
  assert.deepEqual(await store.counts(), {created: 1, acknowledged: 0, withdrawn: 0, queued: 1, attention: 0, oldest_at: 1772323200000});
});

test("what was acknowledged is not queued again by a page that saves it once more", async () => {
  const {store} = open();
  await store.save([A]);
  await store.settle({acknowledged: [{id: A.id, status: "created", receipt: {seq: 1}}]});
  await store.save([A]);
  const {queued, created, acknowledged} = await store.counts();
  assert.deepEqual({queued, created, acknowledged}, {queued: 0, created: 1, acknowledged: 1});
});

test("a cart is emptied in the transaction that saves its events, or stays as it was", async () => {
  const phone = new Phone();
  const {store} = new Tab({phone, server: new Server(), owner: "u1"});
  await store.remember("cart", {lines: [A.id]});
  phone.full = true;
  await assert.rejects(store.save([A], {known: {cart: {lines: []}}}), code("not_saved"));
  assert.deepEqual((await store.recall("cart")).value, {lines: [A.id]});
  phone.full = false;
  await store.save([A], {known: {cart: {lines: []}}});
  assert.deepEqual((await store.recall("cart")).value, {lines: []});
  assert.equal((await store.counts()).queued, 1);
});

test("an event too large for a list is refused before it is promised", async () => {
  const {store} = open();
  await assert.rejects(store.save([{...A, note: "字".repeat(MOST_BYTES / 3)}]), code("too_large"));
  assert.equal((await store.counts()).created, 0);
});

test("a full phone says so, keeps what it had, and saves again when there is room", async () => {
  const phone = new Phone();
  const {store} = new Tab({phone, server: new Server(), owner: "u1"});
  await store.save([A]);
  phone.full = true;
  await assert.rejects(store.save([B]), code("not_saved"));
  assert.equal((await store.counts()).queued, 1);
  phone.full = false;
  await store.save([B]);
  assert.equal((await store.counts()).queued, 2);
});

test("a database closed by the browser is opened again", async () => {
  const tab = new Tab({phone: new Phone(), server: new Server(), owner: "u1"});
  await tab.store.save([A]);
  tab.closeDatabase();
  await tab.store.save([B]);
  assert.equal((await tab.store.counts()).queued, 2);
});

test("a queue of the first schema survives the upgrade to the present one", async () => {
  const {phone} = open();
  const old = await openDB(NAME, 1, {upgrade: (db) => STEPS[0](db)});
  const row = {id: A.id, owner: "u1", seq: 1, payload: JSON.stringify(A), bytes: 60, state: "queued", created_at: 5, attempts: 0, doubts: 0, waits: 0, next_at: 0};
  await old.put("items", row);
  await old.put("tallies", {owner: "u1", created: 1, acknowledged: 0, withdrawn: 0, seq: 1});
  old.close();
  const store = new OutboxStore({openDB, owner: "u1", clock: phone.clock});
  await store.save([B]);
  assert.deepEqual((await store.due()).map((item) => item.id), [A.id, B.id]);
});

test("an old page gives way to the upgrade of a newer one, and is told to reload", async () => {
  const {store} = open();
  await store.save([A]);
  const newer = await openDB(NAME, STEPS.length + 1);
  await assert.rejects(store.save([B]), code("outbox_newer"));
  assert.equal((await newer.getAll("items")).length, 1);
  newer.close();
});

test("one user's events are out of reach of another's, who learns their number only", async () => {
  const {phone, store} = open();
  await store.save([A]);
  const other = new OutboxStore({openDB, owner: "u2", clock: phone.clock});
  await other.save([B]);
  await other.settle({acknowledged: [{id: A.id, status: "created"}], diverted: [], postponed: [{id: A.id, next_at: 9e15}]});
  await assert.rejects(other.save([A]), code("id_taken"));
  assert.equal(await other.foreign(), 1);
  assert.deepEqual((await store.due()).map((item) => item.id), [A.id]);
});

test("a pause written before the clock was turned back does not hold an item for ever", async () => {
  const {phone, store} = open();
  await store.save([A]);
  await store.settle({postponed: [{id: A.id, next_at: phone.now + 60_000}]});
  assert.equal((await store.due()).length, 0);
  phone.now -= 30 * 24 * 3600_000;
  assert.equal((await store.due()).length, 1);
});

test("the last receipts are kept and older ones go", async () => {
  const {phone, store} = open("u1", {receiptsKept: 3});
  for (let each = 0; each < 5; each += 1) {
    phone.now += 1;
    await store.save([{id: `e${each}`}]);
    await store.settle({acknowledged: [{id: `e${each}`, status: "created", receipt: {seq: each}}]});
  }
  assert.deepEqual((await store.receipts()).map((row) => row.id), ["e4", "e3", "e2"]);
  assert.equal((await store.counts()).acknowledged, 5);
});

test("a corrected event names the one it replaces, which stays in the archive", async () => {
  const {store} = open();
  await store.save([A]);
  await store.settle({diverted: [{id: A.id, status: "rejected", problem: {code: "mass_zero"}}]});
  await store.replace(A.id, B);
  await store.replace(A.id, B); // the answer to the first got lost
  const [item] = await store.items("queued");
  const [old] = await store.archive();
  assert.deepEqual([item.id, item.replaces, old.id, old.replaced_by, old.payload], [B.id, A.id, A.id, B.id, JSON.stringify(A)]);
  assert.deepEqual(await store.items("attention"), []);
});

test("only what needs attention can be replaced, sent again or given up", async () => {
  const {store} = open();
  await store.save([A]);
  await assert.rejects(store.replace(A.id, B), code("not_in_tray"));
  await assert.rejects(store.withdraw(A.id), code("not_in_tray"));
  await store.settle({diverted: [{id: A.id, status: "rejected", problem: null}]});
  await store.requeue(A.id);
  assert.equal((await store.due()).length, 1);
});

test("a receipt that arrives late takes an event out of the tray", async () => {
  const {store} = open();
  await store.save([A]);
  await store.settle({diverted: [{id: A.id, status: "refused", problem: null}]});
  await store.settle({acknowledged: [{id: A.id, status: "exists", receipt: {seq: 1}}]});
  const {attention, acknowledged} = await store.counts();
  assert.deepEqual({attention, acknowledged}, {attention: 0, acknowledged: 1});
});

test("ids are version 7, in the order they were made, also when the clock is turned back", () => {
  const times = [5_000, 5_000, 4_000, 6_000];
  const make = idMaker({clock: () => times.shift() ?? 7_000, random: (bytes) => bytes.fill(255)});
  const ids = Array.from({length: 5}, make);
  assert.deepEqual(ids, [...ids].sort());
  assert.equal(new Set(ids).size, 5);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
