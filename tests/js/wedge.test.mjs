import assert from "node:assert/strict";
import {test} from "node:test";
import {Wedge} from "../../static/js/scan/wedge.mjs";

function type(wedge, keys, {every = 8, from = 1000} = {}) {
  let at = from;
  let found = null;
  for (const key of keys) found = wedge.key(key, (at += every)) ?? found;
  return found;
}

test("a scanner's burst ended by Enter is one text", () => {
  assert.equal(type(new Wedge(), [..."HTTPS://X.CN/B/7K3M2Q9XA4", "Enter"]), "HTTPS://X.CN/B/7K3M2Q9XA4");
});

test("shift keys that a scanner sends do not belong to the text", () => {
  assert.equal(type(new Wedge(), ["Shift", "7", "Shift", "K", ..."3M2Q9XA4", "Tab"]), "7K3M2Q9XA4");
});

test("what a hand types is no scan", () => {
  assert.equal(type(new Wedge(), [..."7K3M2Q9XA4", "Enter"], {every: 150}), null);
});

test("a short burst is no scan", () => {
  assert.equal(type(new Wedge(), [..."7K3", "Enter"]), null);
});

test("what stood before a pause is dropped, and two scans do not run together", () => {
  const wedge = new Wedge();
  type(wedge, [..."garbage"], {from: 0});
  assert.equal(type(wedge, ["Shift", ..."7K3M2Q9XA4", "Enter"], {from: 5000}), "7K3M2Q9XA4");
  assert.equal(type(wedge, [..."23456789", "Enter"], {from: 5200}), "23456789");
});

test("a late key in a burst does not tear the text apart", () => {
  const wedge = new Wedge();
  const keys = [..."HTTPS://X.CN/B/7K3M2Q9XA4"];
  let at = 0;
  for (const [number, key] of keys.entries()) wedge.key(key, (at += number === 9 ? 300 : 8));
  assert.equal(wedge.key("Enter", at + 8), keys.join(""));
});
