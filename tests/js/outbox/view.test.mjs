import assert from "node:assert/strict";
import {test} from "node:test";
import {STATES, age, askToPersist, badge, line} from "../../../static/js/outbox/outbox_view.mjs";

const DAY_MS = 24 * 3600_000;

test("nothing waiting shows nothing", () => {
  assert.equal(badge({queued: 0, attention: 0, oldest_at: null}, 0), null);
});

test("what waits shows its number and the age of the oldest", () => {
  assert.deepEqual(badge({queued: 3, attention: 0, oldest_at: 0}, 2 * 3600_000 + 5), {
    count: 3, attention: 0, age: {unit: "hour", count: 2}, old: false, tone: "info",
  });
});

test("at three days the badge warns, and not a moment earlier", () => {
  const tone = (now) => badge({queued: 1, attention: 0, oldest_at: 0}, now).tone;
  assert.deepEqual([tone(3 * DAY_MS - 1), tone(3 * DAY_MS)], ["info", "warn"]);
});

test("something that needs attention warns at once", () => {
  assert.equal(badge({queued: 0, attention: 1, oldest_at: 0}, 1).tone, "warn");
});

test("ages are told in the largest unit, and a clock turned back makes none negative", () => {
  assert.deepEqual([age(0, 59_999), age(0, 60_000), age(0, 3600_000), age(0, 21 * DAY_MS), age(1000, 0)], [
    {unit: "now", count: 0}, {unit: "minute", count: 1}, {unit: "hour", count: 1}, {unit: "day", count: 21}, {unit: "now", count: 0},
  ]);
});

test("the three states differ in icon and tone", () => {
  assert.equal(new Set(Object.values(STATES).map(({icon}) => icon)).size, 3);
  assert.equal(new Set(Object.values(STATES).map(({tone}) => tone)).size, 3);
});

test("a line says what its payload says and where it stands", () => {
  const payload = JSON.stringify({id: "e1", kind: "collect", site: "s1", details: {stream: "tyre", code: "7K3M", mass_kg: "412.5"}});
  const queued = line({id: "e1", payload, state: "queued", created_at: 0, trouble: "waiting", problem: null}, 60_000);
  assert.deepEqual([queued.state, queued.mass_kg, queued.code, queued.trouble], ["queued", "412.5", "7K3M", "waiting"]);
  const sent = line({id: "e1", payload, created_at: 0, acknowledged_at: 5, receipt: {seq: 9}}, 60_000);
  assert.deepEqual([sent.state, sent.receipt.seq], ["acknowledged", 9]);
});

test("the browser is asked once to keep our storage, and may refuse or not know", async () => {
  let asked = 0;
  const storage = (persisted, granted) => ({persisted: async () => persisted, persist: async () => ((asked += 1), granted)});
  assert.deepEqual([await askToPersist(storage(true, false)), await askToPersist(storage(false, true)), await askToPersist(storage(false, false)), await askToPersist({})], [
    "kept", "kept", "at_risk", "unknown",
  ]);
  assert.equal(asked, 2);
  assert.equal(await askToPersist({persist: () => Promise.reject(new Error("no"))}), "unknown");
});
