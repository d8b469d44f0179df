import assert from "node:assert/strict";
import {test} from "node:test";
import {changedEvent, fieldsOf} from "../../../static/js/outbox/edit_fields.mjs";

const EVENT = {
  id: "a", kind: "collect", site: "s", occurred_at: "2026-03-01T16:30:20.123Z",
  details: {stream: "tyre", mass_kg: "0", measured: "weighed", batch_id: "b1"}, private: {note: "x"},
};

test("what may be changed is shown in the province's time", () => {
  assert.deepEqual(Object.fromEntries(fieldsOf(EVENT).map(({name, value}) => [name, value])), {
    stream: "tyre", mass_kg: "0", measured: "weighed", code: "", occurred_at: "2026-03-02T00:30",
  });
});

test("what is not touched stays as it was, to the millisecond", () => {
  const values = Object.fromEntries(fieldsOf(EVENT).map(({name, value}) => [name, value]));
  assert.deepEqual(changedEvent(EVENT, values), {event: EVENT});
});

test("a weight in 斤, a code and another time are taken over", () => {
  const {event} = changedEvent(EVENT, {mass_kg: "８２５斤", code: " ７K3M ", occurred_at: "2026-03-01T08:00"});
  assert.deepEqual([event.details.mass_kg, event.details.code, event.occurred_at, event.details.batch_id], ["412.5", "7K3M", "2026-03-01T08:00:00+08:00", "b1"]);
});

test("a weight nobody can read is refused beside its field", () => {
  assert.deepEqual(changedEvent(EVENT, {mass_kg: "5,,5"}), {refusal: "mass_not_a_number", name: "mass_kg"});
});
