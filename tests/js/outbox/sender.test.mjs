import assert from "node:assert/strict";
import {test} from "node:test";
import {OutboxSender, listsOf} from "../../../static/js/outbox/outbox_sender.mjs";
import {pauseMs, retryAfterMs} from "../../../static/js/outbox/pauses.mjs";
import {replaceItem} from "../../../static/js/outbox/outbox_tray.mjs";
import {Phone, START, Tab} from "./phone.mjs";
import {FAULTS, Server} from "./server.mjs";

function ready({Sender} = {}) {
  const phone = new Phone();
  const server = new Server();
  server.user = "u1";
  const tab = new Tab({phone, server, owner: "u1", Sender});
  return {phone, server, tab};
}

let made = 0;
const event = (more = {}) => ({id: `e${(made += 1)}`, by: "u1", fact: made, ...more});
const events = (count, more) => Array.from({length: count}, () => event(more));

const HARMLESS = Object.keys(FAULTS).filter((name) => !["409", "422"].includes(name));

for (const fault of HARMLESS) {
  test(`after the answer "${fault}" nothing is lost, nothing is in the tray, and later all arrives once`, async () => {
    const {phone, server, tab} = ready();
    server.faults = [fault];
    await tab.store.save(events(7));
    await tab.sender.deliver();
    const {acknowledged, queued, attention} = await tab.store.counts();
    assert.equal(acknowledged + queued, 7);
    assert.equal(attention, 0);
    for (let pass = 0; pass < 8; pass += 1) {
      phone.now += 3600_000;
      await tab.sender.deliver();
    }
    assert.equal((await tab.store.counts()).acknowledged, 7);
    assert.equal(server.stored.size, 7);
    assert.deepEqual(server.alarms, []);
  });
}

for (const poison of ["rejected", "conflict", "400", "409", "413", "422", "500", "html"]) {
  test(`one item with "${poison}" holds none of the 49 others, wherever it stands`, async () => {
    for (const place of [0, 24, 49]) {
      const {server, tab} = ready();
      const list = events(50);
      list[place].poison = poison;
      await tab.store.save(list);
      await tab.sender.deliver();
      const {acknowledged, queued, attention} = await tab.store.counts();
      assert.equal(acknowledged, 49);
      assert.deepEqual([queued, attention], ["500", "html"].includes(poison) ? [1, 0] : [0, 1]);
      assert.deepEqual(server.alarms, []);
    }
  });
}

test("five hundred events travel in lists of at most 50 and 256 kB", async () => {
  const {server, tab} = ready();
  await tab.store.save([...events(499), ...events(6, {note: "x".repeat(100_000)})]);
  await tab.sender.deliver();
  assert.equal(server.stored.size, 505);
  assert.ok(server.lists.every(({ids, bytes}) => ids.length <= 50 && bytes <= 256_000), JSON.stringify(server.lists.map(({bytes}) => bytes)));
  assert.ok(server.lists.length <= 13);
});

test("a doubtful item travels in a smaller list", () => {
  const items = [0, 0, 3, 40].map((doubts, at) => ({id: at, bytes: 10, doubts}));
  assert.deepEqual(listsOf([...items.slice(0, 2), ...items.slice(3)]).map((list) => list.length), [2, 1]);
  assert.deepEqual(listsOf(Array.from({length: 14}, () => ({bytes: 10, doubts: 3}))).map((list) => list.length), [6, 6, 2]);
});

test("a server that breaks on everything is left in peace after a few requests", async () => {
  const {server, tab} = ready();
  await tab.store.save(events(200, {poison: "500"}));
  const {trouble} = await tab.sender.deliver();
  assert.equal(trouble, "server_error");
  assert.ok(server.lists.length <= 8, String(server.lists.length));
});

test("a hundred poisoned items do not keep a sound one from arriving, and are tried one by one in the end", async () => {
  const {phone, server, tab} = ready();
  await tab.store.save([...events(100, {poison: "500"}), ...events(1)]);
  for (let pass = 0; pass < 40 && server.stored.size === 0; pass += 1) {
    await tab.sender.deliver();
    phone.now += 15 * 60_000;
  }
  assert.equal(server.stored.size, 1);
  await tab.store.save(events(3));
  await tab.sender.deliver();
  assert.equal(server.stored.size, 4); // those that came later are not held at all
});

test("Retry-After is kept, also by hand", async () => {
  const {phone, server, tab} = ready();
  server.faults = ["429"];
  await tab.store.save(events(1));
  const {trouble, next_at} = await tab.sender.deliver();
  assert.deepEqual([trouble, next_at], ["busy", START + 120_000]);
  phone.now += 119_000;
  await tab.sender.deliver({byHand: true});
  assert.equal(server.lists.length, 1);
  phone.now += 1_000;
  await tab.sender.deliver();
  assert.equal(server.stored.size, 1);
});

test("our own pause grows and is shortened by hand", async () => {
  const {phone, server, tab} = ready();
  await tab.store.save(events(1));
  const waits = [];
  for (let pass = 0; pass < 4; pass += 1) {
    server.faults = ["network"];
    const {next_at} = await tab.sender.deliver({byHand: true});
    waits.push(next_at - phone.now);
  }
  assert.deepEqual(waits, [1500, 3000, 6000, 12000]);
  await tab.sender.deliver();
  assert.equal(server.stored.size, 0);
  await tab.sender.deliver({byHand: true});
  assert.equal(server.stored.size, 1);
});

test("nothing is sent while a portal, nobody, or another user stands at the door", async () => {
  const {server, tab} = ready();
  await tab.store.save(events(2));
  server.portal = true;
  assert.equal((await tab.sender.deliver({byHand: true})).trouble, "redirected");
  server.portal = false;
  server.user = null;
  assert.equal((await tab.sender.deliver({byHand: true})).trouble, "signed_out");
  server.user = "u2";
  assert.equal((await tab.sender.deliver({byHand: true})).trouble, "other_user");
  assert.equal(server.lists.length, 0);
  server.user = "u1";
  await tab.sender.deliver({byHand: true});
  assert.equal(server.stored.size, 2);
});

for (const checks of ["token", "actor"]) {
  test(`a user who changes between the question and the list signs nothing (${checks})`, async () => {
    const {server, tab} = ready();
    server.checks = checks;
    await tab.store.save(events(2));
    server.onAsked = () => (server.user = "u2");
    await tab.sender.deliver();
    assert.equal(server.stored.size, 0);
    assert.deepEqual(server.alarms, []);
    assert.equal((await tab.store.counts()).queued, 2);
  });
}

test("an event that waits for another is tried again and arrives after it", async () => {
  const {phone, server, tab} = ready();
  const first = event();
  const second = event({after: [first.id]});
  await tab.store.save([second]);
  await tab.sender.deliver();
  assert.equal((await tab.store.items("queued"))[0].trouble, "waiting");
  await tab.store.save([first]);
  phone.now += 60_000;
  await tab.sender.deliver();
  phone.now += 60_000;
  await tab.sender.deliver();
  assert.deepEqual([...server.stored.keys()].sort(), [first.id, second.id].sort());
});

test("many calls at once become two passes, and each item is sent once", async () => {
  const {server, tab} = ready();
  await tab.store.save(events(3));
  await Promise.all([1, 2, 3, 4, 5].map(() => tab.sender.deliver()));
  assert.equal(server.lists.length, 1);
  await tab.store.save(events(1));
  await tab.sender.deliver();
  assert.equal(server.lists.length, 2);
});

test("a pass that found the shelf closed for good does not end the sender", async () => {
  const {server, tab} = ready();
  await tab.store.save(events(1));
  const {due} = tab.store;
  tab.store.due = () => Promise.reject(new Error("broken"));
  await assert.rejects(tab.sender.deliver());
  tab.store.due = due;
  await tab.sender.deliver();
  assert.equal(server.stored.size, 1);
});

test("an event whose list was refused is looked up before it is made anew: it may have arrived", async () => {
  const {server, tab} = ready();
  const [lost] = events(1);
  await tab.store.save([lost]);
  server.faults = ["dropped", "422"];
  await tab.sender.deliver();
  await tab.sender.deliver({byHand: true});
  assert.equal((await tab.store.counts()).attention, 1);
  const {exists} = await replaceItem({store: tab.store, fetch: tab.fetch, id: lost.id, event: {...lost, id: "new"}});
  assert.equal(exists, true);
  assert.equal((await tab.store.counts()).acknowledged, 1);
});

test("where it cannot be looked up, making it anew has to wait", async () => {
  const {server, tab} = ready();
  const [odd] = events(1, {poison: "422"});
  await tab.store.save([odd]);
  await tab.sender.deliver();
  server.portal = true;
  const anew = () => replaceItem({store: tab.store, fetch: tab.fetch, id: odd.id, event: {...odd, id: "new2", poison: undefined}});
  await assert.rejects(anew(), (error) => error.code === "ask_later");
  server.portal = false;
  await anew();
  await tab.sender.deliver();
  assert.deepEqual([...server.stored.keys()], ["new2"]);
});

test("pauses double, keep between half and whole, and end at a quarter of an hour", () => {
  assert.deepEqual([1, 2, 3, 30].map((times) => pauseMs(times, () => 0)), [1000, 2000, 4000, 450_000]);
  assert.deepEqual([1, 2, 3, 30].map((times) => pauseMs(times, () => 0.999999)), [2000, 4000, 8000, 900_000]);
});

test("Retry-After is read as seconds or a date, and never holds us longer than an hour", () => {
  const now = Date.UTC(2026, 2, 1);
  const read = (header) => retryAfterMs(header, now);
  assert.deepEqual(["30", "Sun, 01 Mar 2026 00:00:30 GMT", "999999", "soon", "-5", null, ""].map(read), [30_000, 30_000, 3600_000, 0, 0, 0, 0]);
});
