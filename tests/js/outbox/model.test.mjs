// The model: whatever happens, created = acknowledged + queued + needs attention, nothing twice, nothing lost, and a
// poison item delays no other. The negative controls are senders and stores as others have written them.

import assert from "node:assert/strict";
import {test} from "node:test";
import {OutboxSender} from "../../../static/js/outbox/outbox_sender.mjs";
import {OutboxStore} from "../../../static/js/outbox/outbox_store.mjs";
import {histories} from "./commands.mjs";
import {fc} from "./phone.mjs";
import {FAULTS} from "./server.mjs";
import {World} from "./world.mjs";

const RUNS = Number(process.env.HUILIU_RUNS ?? (process.env.HUILIU_LONG ? 1000 : 200));
const seed = process.env.HUILIU_SEED ? Number(process.env.HUILIU_SEED) : Math.floor(Math.random() * 2 ** 31);

// What the histories went through: a model that never gets anywhere proves nothing.
const seen = {created: 0, acknowledged: 0, withdrawn: 0, replaced: 0, in_tray: 0, bursts: 0, killed: 0, unsure: 0, faults: new Set()};

async function live([bursts, commands], parts, log = seen) {
  const world = new World(parts);
  try {
    for (const burst of bursts) await burst.run(null, world);
    await fc.asyncModelRun(() => ({model: {}, real: world}), commands);
    note(log, bursts, world, await world.audit());
    await world.heal();
    await world.audit();
  } finally {
    world.end();
  }
}

function note(log, bursts, world, {items, tallies, archive}) {
  for (const tally of tallies) for (const each of ["created", "acknowledged", "withdrawn"]) log[each] += tally[each];
  log.replaced += archive.filter((row) => row.replaced_by).length;
  log.in_tray += items.filter((row) => row.state === "attention").length;
  log.bursts += bursts.length;
  log.killed += world.killed;
  log.unsure += world.attempted.size - world.promised.size;
  for (const fault of world.server.met) log.faults.add(fault);
}

function property(parts, more) {
  return fc.asyncProperty(histories(more), (history) => live(history, parts, Object.keys(parts).length ? structuredClone(seen) : seen));
}

const again = `HUILIU_RUNS=${RUNS} HUILIU_SEED=${seed} node --test tests/js/outbox/model.test.mjs`;

test(`${RUNS} histories of a phone`, async (told) => {
  told.diagnostic(`the same histories again: ${again}`);
  const found = await fc.check(property({}, {}), {numRuns: RUNS, seed});
  assert.equal(found.failed, false, `${again}\n${found.errorInstance?.stack}\n${fc.defaultReportMessage(found)}`);
  assert.equal(seen.faults.size, Object.keys(FAULTS).length);
  for (const [what, count] of Object.entries(seen)) assert.ok(count.size ?? count > 0, what);
});

test("an event saved again after a full phone let its receipt go arrives once, and the books still balance", async () => {
  const world = new World();
  const burst = Array.from({length: 60}, (_, at) => world.event("anna", at === 30 ? {poison: "rejected"} : {}));
  await world.save(0, burst);
  await world.deliver(0, {byHand: true});
  await world.audit();
  await world.inTray(0, 0, (tab, {id}) => tab.store.requeue(id));
  world.phone.full = true;
  await world.deliver(0, {byHand: true});
  const {receipts} = await world.audit();
  assert.equal(receipts.length, 20);
  world.phone.full = false;
  await world.save(0, [burst[0]]);
  await world.audit();
  await world.deliver(0);
  const {receipts: later} = await world.audit();
  assert.equal(later.find(({id}) => id === burst[0].id).status, "exists");
  assert.equal(world.server.stored.size, 59);
  world.end();
});

// Deletes before the answer, as a queue that pops an item and then sends it.
class Hasty extends OutboxSender {
  constructor(parts) {
    super({
      ...parts,
      fetch: async (address, request) => {
        const ids = JSON.parse(request.body).events.map(({id}) => id);
        await parts.store.settle({acknowledged: ids.map((id) => ({id, status: "created", receipt: null}))});
        return parts.fetch(address, request);
      },
    });
  }
}

// Believes the status: any 200 is a success.
class Trusting extends OutboxSender {
  constructor(parts) {
    super({
      ...parts,
      fetch: async (address, request) => {
        const response = await parts.fetch(address, request);
        if (response.status !== 200) return response;
        const results = JSON.parse(request.body).events.map(({id}) => ({id, status: "created", receipt: {id}}));
        return new Response(JSON.stringify({results}), {headers: {"Content-Type": "application/json"}});
      },
    });
  }
}

// Gives an event a new id whenever it is sent.
class Renaming extends OutboxSender {
  constructor(parts) {
    let sent = 0;
    const inner = (address, request) => {
      const names = new Map();
      const body = request.body.replace(/"id":"(e\d+\+*)"/g, (_, id) => {
        const name = `${id}/${(sent += 1)}`;
        names.set(name, id);
        return `"id":"${name}"`;
      });
      return parts.fetch(address, {...request, body}).then((response) => renamed(response, names));
    };
    super({...parts, fetch: inner});
  }
}

async function renamed(response, names) {
  if (response.type === "opaqueredirect") return response;
  const text = (await response.text()).replace(/"id":"([^"]+)"/g, (whole, name) => (names.has(name) ? `"id":"${names.get(name)}"` : whole));
  return new Response(text, {status: response.status, headers: response.headers});
}

// Says "saved" before it is.
class Boasting extends OutboxStore {
  async save(events) {
    super.save(events).catch(() => {});
    return events.map(({id}) => ({id}));
  }
}

// Never halves a list: what the server cannot take holds all that travel with it.
class Stubborn extends OutboxSender {
  constructor(parts) {
    super({
      ...parts,
      fetch: async (address, request) => {
        const response = await parts.fetch(address, request);
        return response.status >= 400 && response.status !== 429 ? new Response("", {status: 503}) : response;
      },
    });
  }
}

const CONTROLS = [
  ["deletes before the answer", {Sender: Hasty}, /acknowledged and is not there|lost|acknowledged, \d+ receipts/],
  ["believes any 200", {Sender: Trusting}, /acknowledged and is not there/],
  ["makes a new id for each attempt", {Sender: Renaming}, /stored twice|acknowledged and is not there/],
  ["says saved too early", {Store: Boasting}, /is lost/],
  ["never halves a list", {Sender: Stubborn}, /held back/],
];

for (const [what, parts, complaint] of CONTROLS) {
  test(`an outbox that ${what} is caught by the same model`, async () => {
    const {failed, errorInstance} = await fc.check(property(parts, {bursts: false}), {numRuns: 200, seed: 7, endOnFailure: true});
    assert.equal(failed, true);
    assert.match(errorInstance.message, complaint);
  });
}
