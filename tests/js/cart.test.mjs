import assert from "node:assert/strict";
import {readFile} from "node:fs/promises";
import {test} from "node:test";
import {Cart, keyOf, keysOf} from "../../static/js/cart/cart.mjs";
import {hostsOf, read, readAnswer} from "../../static/js/cart/reading.mjs";
import {InSight} from "../../static/js/cart/viewfinder.mjs";

const {codes} = JSON.parse(await readFile(process.env.HUILIU_TEST_VECTORS, "utf8"));
const [A, B, C] = codes.filter((each) => each.code && !each.refusal).map((each) => each.code);
const HOSTS = hostsOf("https://huiliu.example http://127.0.0.1:8000");
const AT = Date.UTC(2026, 2, 1, 8);

function filled() {
  const cart = new Cart({place: {site: "s1", stream: "tyre", product: "", measured: "weighed"}});
  [A, B, C].forEach((value, each) => cart.add({scheme: "registry", value}, {id: `e${each}`, at: AT + each}));
  return cart;
}

test("the same mark twice is told and not counted twice", () => {
  const cart = filled();
  assert.equal(cart.add({scheme: "registry", value: B}, {id: "e9", at: AT}), "repeated");
  assert.deepEqual(cart.lines.map(({id}) => id), ["e2", "e1", "e0"]);
});

test("a mark that already waits in the outbox is a repetition too", () => {
  const [key] = keysOf(JSON.stringify({details: {code: A}}));
  const cart = new Cart({}, {taken: (each) => each === key});
  assert.equal(cart.add({scheme: "registry", value: A}, {id: "e", at: AT}), "repeated");
  assert.deepEqual(keysOf(JSON.stringify({details: {codes: [{scheme: "serial", value: "x"}]}})), [keyOf({scheme: "serial", value: "x"})]);
});

test("the last scan is taken back, and may be scanned again", () => {
  const cart = filled();
  assert.equal(cart.undo().value, C);
  assert.equal(cart.add({scheme: "registry", value: C}, {id: "e7", at: AT}), "new");
});

test("the review sums what is sound and counts what is not", () => {
  const cart = filled();
  cart.change(cart.lines[0].key, {mass: "８２５斤"});
  cart.change(cart.lines[1].key, {mass: "0"});
  const {lines, wrong, total_g} = cart.review();
  assert.deepEqual([wrong, total_g, lines[1].refusal, lines[2].refusal], [2, 412_500, "mass_zero", "missing"]);
  assert.throws(() => cart.events());
});

test("the events stand in the order of scanning, each with the moment of its scan by the corrected clock", () => {
  const cart = filled();
  for (const {key} of cart.lines) cart.change(key, {mass: "1.2吨", clock_offset_ms: 1000});
  const [first] = cart.events();
  assert.deepEqual(first, {
    id: "e0", kind: "collect", site: "s1", occurred_at: "2026-03-01T08:00:01.000Z", clock_offset_ms: 1000,
    details: {stream: "tyre", mass_kg: "1200", measured: "weighed", code: A},
  });
});

test("a cart kept by a killed tab gives the very same events", () => {
  const cart = filled();
  for (const {key} of cart.lines) cart.change(key, {mass: "5"});
  assert.deepEqual(new Cart(JSON.parse(JSON.stringify(cart))).events(), cart.events());
});

test("our address, the bare code and a battery code are read without a network", () => {
  assert.deepEqual(read(`HTTPS://HUILIU.EXAMPLE/B/${A}`, HOSTS), {scheme: "registry", value: A});
  assert.deepEqual(read(`huiliu.example/b/${A}`, HOSTS), {scheme: "registry", value: A});
  assert.deepEqual(read(`http://127.0.0.1:8000/B/${A}`, HOSTS), {scheme: "registry", value: A});
  assert.deepEqual(read(`]Q3${A.toLowerCase()}`, HOSTS), {scheme: "registry", value: A});
  assert.equal(read("06VPB1A0000012345A000001", HOSTS).scheme, "gb34014");
  assert.deepEqual(read("SN 2024/77", HOSTS), {scheme: "serial", value: "SN 2024/77"});
});

test("a foreign address, a slip and noise are refused by name", () => {
  assert.deepEqual(read("https://other.example/B/X", HOSTS), {refused: "foreign"});
  const slip = codes.find((each) => each.refusal === "code_check_character");
  assert.deepEqual(read(slip.text, HOSTS), {refused: "mistyped"});
  assert.deepEqual(read(" —  ", HOSTS), {refused: "unreadable"});
  assert.deepEqual(read("https://huiliu.example/about", HOSTS), {refused: "unreadable"});
});

test("what the resolver answers decides what may be collected", () => {
  assert.deepEqual(readAnswer({answer: "bind", scheme: "registry", normalised: A}), {scheme: "registry", value: A});
  assert.deepEqual(readAnswer({answer: "register", scheme: "gs1", normalised: "(01)1"}), {scheme: "gs1", value: "(01)1"});
  assert.deepEqual(readAnswer({answer: "not_yours", scheme: "registry", normalised: A}), {refused: "not_yours"});
});

test("a mark that stays in the picture is one scan, and a new one when it comes back", () => {
  const sight = new InSight();
  assert.deepEqual(sight.look(["a"], 0), ["a"]);
  for (let at = 100; at < 5000; at += 100) assert.deepEqual(sight.look(["a"], at), []);
  assert.deepEqual(sight.look(["b", "b"], 5000), ["b"]);
  assert.deepEqual(sight.look(["a"], 6300), []);
  assert.deepEqual(sight.look([], 8000), []);
  assert.deepEqual(sight.look(["a"], 8100), ["a"]);
});
