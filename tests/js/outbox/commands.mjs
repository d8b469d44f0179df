// What may happen between a phone and a registry, as commands that fast-check draws, shuffles and shrinks.

import {fc} from "./phone.mjs";
import {FAULTS} from "./server.mjs";
import {USERS} from "./world.mjs";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** After each command the books are looked at; the model itself holds nothing that the world could not be asked. */
class Command {
  constructor(name, detail, act) {
    Object.assign(this, {name, detail, act});
  }

  check() {
    return true;
  }

  async run(_, world) {
    await this.act(world);
    await world.audit();
  }

  toString() {
    return `${this.name}(${JSON.stringify(this.detail)})`;
  }
}

const command = (name, detail, act) => detail.map((drawn) => new Command(name, drawn, (world) => act(world, drawn)));

const tab = fc.nat({max: 1});
const sooner = fc.oneof({weight: 3, arbitrary: fc.constant(Infinity)}, {weight: 2, arbitrary: fc.integer({min: 1, max: 9})});
const poison = fc.oneof(
  {weight: 6, arbitrary: fc.constant(undefined)},
  {weight: 3, arbitrary: fc.constantFrom("rejected", "conflict", "400", "409", "413", "422", "500", "html")},
);
const drafts = fc.array(fc.record({poison, waits: fc.boolean()}), {minLength: 1, maxLength: 4});

// Some events name the one before them, so that the server may have to say `waiting`.
function entered(world, at, specs) {
  const {owner} = world.tabs[at];
  let before = [...world.promised].at(-1);
  return specs.map((spec) => {
    const event = world.event(owner, {poison: spec.poison, after: spec.waits && before ? [before] : []});
    before = event.id;
    return event;
  });
}

const SAVING = [
  command("save", fc.record({at: tab, specs: drafts, killAfter: sooner}), (world, {at, specs, killAfter}) =>
    world.save(at, entered(world, at, specs), {killAfter})),
  command("saveAgain", fc.record({at: tab, pick: fc.nat()}), (world, {at, pick}) => {
    const mine = [...world.attempted.values()].filter(({by, id}) => by === world.tabs[at].owner && !id.endsWith("+") && !archived(world, id));
    return mine.length ? world.save(at, [mine[pick % mine.length]]) : null;
  }),
];

// A page that lost the answer saves the same frozen event again; it has none to save once a person replaced it.
const archived = (world, id) => world.attempted.has(`${id}+`) || world.given_up?.has(id);

const SENDING = [
  command("deliver", fc.record({at: tab, byHand: fc.boolean(), killAfter: sooner}), (world, {at, ...how}) => world.deliver(at, how)),
  command("deliverInBothTabs", fc.constant({}), (world) => Promise.all([world.deliver(0, {byHand: true}), world.deliver(1, {byHand: true})])),
  command("deliverWhileTheDatabaseCloses", fc.record({at: tab, turns: fc.nat({max: 20})}), async (world, {at, turns}) => {
    const delivery = world.deliver(at, {byHand: true});
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    world.tabs[at].closeDatabase();
    await delivery;
  }),
  command("userChangesDuringDelivery", fc.record({at: tab, user: fc.constantFrom(...USERS, null)}), async (world, {at, user}) => {
    world.server.onAsked = () => (world.server.user = user);
    await world.deliver(at, {byHand: true});
    world.server.onAsked = null;
  }),
];

const MET = command("meet", fc.record({at: tab, name: fc.constantFrom(...Object.keys(FAULTS)), killAfter: sooner}), (world, {at, name, killAfter}) => {
  Object.assign(world.server, {user: world.tabs[at].owner, portal: false});
  world.fault(name);
  return world.deliver(at, {byHand: true, killAfter});
});

const TROUBLE = [
  command("fault", fc.constantFrom(...Object.keys(FAULTS)), (world, name) => world.fault(name)),
  command("portal", fc.boolean(), (world, on) => (world.server.portal = on)),
  command("full", fc.boolean(), (world, on) => (world.phone.full = on)),
  command("closeDatabase", tab, (world, at) => world.tabs[at].closeDatabase()),
  command("reload", fc.record({at: tab, user: fc.constantFrom(...USERS)}), (world, {at, user}) => world.reload(at, user)),
  command("switchUser", fc.constantFrom(...USERS, null), (world, user) => (world.server.user = user)),
  command("wait", fc.constantFrom(MINUTE_MS, 60 * MINUTE_MS, DAY_MS, 21 * DAY_MS), (world, ms) => (world.phone.now += ms)),
  command("turnClockBack", fc.constantFrom(5 * MINUTE_MS, DAY_MS), (world, ms) => (world.phone.now -= ms)),
];

const TRAY = [
  command("editAsNew", fc.record({at: tab, pick: fc.nat()}), (world, {at, pick}) => world.editAsNew(at, pick)),
  command("requeue", fc.record({at: tab, pick: fc.nat()}), (world, {at, pick}) =>
    world.inTray(at, pick, (each, {id}) => each.store.requeue(id))),
  command("withdraw", fc.record({at: tab, pick: fc.nat()}), (world, {at, pick}) =>
    world.inTray(at, pick, (each, {id}) => {
      (world.given_up ??= new Set()).add(id);
      return each.store.withdraw(id);
    })),
];

const burst = command("burst", fc.record({at: tab, poison}), (world, {at, poison: poisoned}) =>
  world.save(at, Array.from({length: 500}, (_, each) => world.event(world.tabs[at].owner, {poison: each === 250 ? poisoned : undefined}))));
const heal = command("heal", fc.constant({}), (world) => world.heal());

/** Everything but the burst of 500, which is drawn once in a while, at the front. */
export const ORDINARY = [...SAVING, ...SAVING, SAVING[0], SAVING[0], ...SENDING, ...SENDING, MET, MET, MET, MET, ...TROUBLE, ...TRAY, heal];
export const histories = ({maxCommands = 40, bursts = true} = {}) =>
  fc.tuple(
    bursts ? fc.oneof({weight: 19, arbitrary: fc.constant([])}, {weight: 1, arbitrary: burst.map((each) => [each])}) : fc.constant([]),
    fc.commands(ORDINARY, {maxCommands, size: "max"}),
  );
