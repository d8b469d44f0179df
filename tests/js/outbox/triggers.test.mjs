import assert from "node:assert/strict";
import {test} from "node:test";
import {watch} from "../../../static/js/outbox/outbox_triggers.mjs";

// A window whose clock and timers stand still until told.
function stage(results = []) {
  const passes = [];
  const told = [];
  const timers = {
    at: null, work: null,
    setTimeout(work, ms) {
      Object.assign(timers, {work, at: ms});
      return 1;
    },
    clearTimeout() {
      Object.assign(timers, {work: null, at: null});
    },
  };
  const target = new EventTarget();
  const page = Object.assign(new EventTarget(), {visibilityState: "visible"});
  const deliver = async (options) => {
    passes.push(options?.byHand ? "by hand" : "on its own");
    const result = results.shift() ?? {trouble: null, next_at: null};
    if (result instanceof Error) throw result;
    return result;
  };
  const outbox = watch({deliver, told: (each) => told.push(each.trouble), target, page, timers, clock: () => 10_000});
  return {outbox, passes, told, timers, target, page};
}

const quiet = () => new Promise((resolve) => setImmediate(resolve));

test("it tries when the page opens, when something was saved, and by hand", async () => {
  const {outbox, passes} = stage();
  await outbox.saved();
  await outbox.byHand();
  assert.deepEqual(passes, ["on its own", "on its own", "by hand"]);
});

for (const name of ["pageshow", "focus", "online"]) {
  test(`it tries on ${name}`, async () => {
    const {passes, target} = stage();
    target.dispatchEvent(new Event(name));
    await quiet();
    assert.equal(passes.length, 2);
  });
}

test("a new network does not have to sit out the pauses of the old one", async () => {
  const {passes, target} = stage();
  target.dispatchEvent(new Event("online"));
  assert.equal(passes.at(-1), "by hand");
});

test("it tries when the page is shown, not when it is hidden", async () => {
  const {passes, page} = stage();
  page.visibilityState = "hidden";
  page.dispatchEvent(new Event("visibilitychange"));
  assert.equal(passes.length, 1);
  page.visibilityState = "visible";
  page.dispatchEvent(new Event("visibilitychange"));
  assert.equal(passes.length, 2);
});

test("it comes again when the pause ends, and looks each minute at the latest", async () => {
  const {passes, timers} = stage([{trouble: "busy", next_at: 15_000}, {trouble: null, next_at: 10_000 + 3_600_000}, {trouble: null, next_at: null}]);
  await quiet();
  assert.equal(timers.at, 5_000);
  timers.work();
  await quiet();
  assert.equal(timers.at, 60_000);
  assert.equal(passes.length, 2);
});

test("a pass that threw is told and tried again", async () => {
  const {told, timers} = stage([new Error("closed")]);
  await quiet();
  assert.deepEqual(told, ["outbox"]);
  assert.equal(timers.at, 60_000);
});

test("when stopped it is silent", async () => {
  const {outbox, passes, target, timers} = stage();
  await quiet();
  outbox.stop();
  target.dispatchEvent(new Event("online"));
  await quiet();
  assert.equal(passes.length, 1);
  assert.equal(timers.work, null);
});
