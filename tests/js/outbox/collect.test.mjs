import assert from "node:assert/strict";
import {test} from "node:test";
import {checkCharacter} from "../../../static/js/scan/registry_code.mjs";
import {collectEvent} from "../../../static/js/outbox/collect_event.mjs";

const CODE = ["7K3M2Q9X", "7K3M2Q9Y", "7K3M2Q9Z"].map((body) => body + checkCharacter(body)).find((each) => !/[IOUL]/.test(each));
const AT = {id: "e1", now: Date.UTC(2026, 2, 1, 8), clock_offset_ms: 500, site: "s1"};

test("the shortest form: what and how much", () => {
  assert.deepEqual(collectEvent({stream: "tyre", mass: "８２５斤", measured: "estimated", code: "", note: " "}, AT).event, {
    id: "e1", kind: "collect", site: "s1", occurred_at: "2026-03-01T08:00:00.500Z", clock_offset_ms: 500,
    details: {stream: "tyre", mass_kg: "412.5", measured: "estimated"}, private: {},
  });
});

test("everything a person may add", () => {
  const typed = {
    stream: "power_battery", mass: "1", site: "s2", code: `HTTPS://H.CN/B/${CODE}`, product: "LFP", producer: "p1", capacity: "４８.2",
    gb34014: "06VPB1A0000012345A000001", serial: "SN 1", price: "12.5", note: "湿", occurred_at: "2026-03-01T09:30",
  };
  const {site, occurred_at, details, private: notes} = collectEvent(typed, AT).event;
  assert.deepEqual([site, occurred_at, notes], ["s2", "2026-03-01T09:30:00+08:00", {note: "湿"}]);
  assert.deepEqual(details, {
    stream: "power_battery", mass_kg: "1", measured: "weighed", code: CODE, product: "LFP", producer: "p1", capacity_kwh: "48.2", price_yuan: "12.5",
    codes: [{scheme: "gb34014", value: "06VPB1A0000012345A000001"}, {scheme: "serial", value: "SN 1"}],
  });
});

test("what stands in the way is named by its field", () => {
  assert.deepEqual(collectEvent({mass: "0", code: "7K3M2QI9"}, AT), {refusals: {stream: "missing", mass: "mass_zero", code: "code"}});
  assert.deepEqual(collectEvent({stream: "tyre", mass: ""}, AT), {refusals: {mass: "missing"}});
  assert.deepEqual(collectEvent({stream: "tyre", mass: "3kgt"}, AT), {refusals: {mass: "mass_unit_unknown"}});
});
