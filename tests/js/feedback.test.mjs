import assert from "node:assert/strict";
import {test} from "node:test";

// Stand-ins of a phone that notes what it was told to do.
const tones = [];
globalThis.AudioContext = class {
  state = "running";
  currentTime = 0;
  destination = {};
  createOscillator() {
    const tone = {frequency: {value: 0}, connect: (next) => next, start: () => tones.push(tone.frequency.value), stop() {}};
    return tone;
  }
  createGain() {
    return {gain: {setValueAtTime() {}, exponentialRampToValueAtTime() {}}, connect: (next) => next};
  }
};
const buzzes = [];
Object.defineProperty(globalThis, "navigator", {value: {vibrate: (pattern) => buzzes.push(pattern)}, configurable: true});
const {signal} = await import("../../static/js/scan/feedback.mjs");

function given(kind) {
  tones.length = 0;
  buzzes.length = 0;
  const classes = new Set();
  const element = {classList: {add: (name) => classes.add(name), remove: (...names) => names.forEach((name) => classes.delete(name))}};
  signal(kind, element);
  return {sound: JSON.stringify(tones), buzz: JSON.stringify(buzzes), shape: [...classes].join()};
}

test("new, repeated and refused differ in sound, in vibration and in shape", () => {
  const all = ["new", "repeated", "refused"].map(given);
  for (const sense of ["sound", "buzz", "shape"]) assert.equal(new Set(all.map((each) => each[sense])).size, 3, sense);
});

test("a phone without sound still buzzes and shows the shape", () => {
  const kept = globalThis.AudioContext.prototype.createOscillator;
  globalThis.AudioContext.prototype.createOscillator = () => {
    throw new Error("no sound before the first touch");
  };
  const {buzz, shape} = given("refused");
  globalThis.AudioContext.prototype.createOscillator = kept;
  assert.notEqual(buzz, "[]");
  assert.equal(shape, "signal-refused");
});
