import assert from "node:assert/strict";
import {test} from "node:test";
import {CHECKS, examine, report} from "../../static/js/scan/checks.mjs";

const good = {engine: "zxing-wasm", proven: true};

function phone(changes = {}) {
  const base = {
    isSecureContext: true,
    location: {origin: "https://huiliu.example", href: "https://huiliu.example/scan/self-test"},
    navigator: {
      userAgent: "Mozilla/5.0 (Linux; Android 14)",
      mediaDevices: {getUserMedia() {}, enumerateDevices: async () => [{kind: "videoinput"}, {kind: "audioinput"}]},
      permissions: {query: async () => ({state: "granted"})},
      storage: {persisted: async () => false},
    },
    performance: {now: () => 0},
    indexedDB: {
      open() {
        const request = {result: {close() {}}};
        queueMicrotask(() => request.onsuccess());
        return request;
      },
      deleteDatabase() {},
    },
    Date,
    fetch: async () => new Response('{"status": "ok"}', {headers: {Date: new Date().toUTCString()}}),
  };
  return {...base, ...changes, navigator: {...base.navigator, ...changes.navigator}};
}

const of = async (id, changes, read = async () => good) => (await examine(phone(changes), read)).find((each) => each.id === id);

test("a phone where all is well passes every check", async () => {
  const results = await examine(phone(), async () => good);
  assert.deepEqual(results.map((each) => each.id), Object.keys(CHECKS));
  assert.deepEqual([...new Set(results.map((each) => each.state))], ["ok"]);
});

const TROUBLES = {
  "no HTTPS": ["https", {isSecureContext: false}, "bad", "no"],
  "inside WeChat": ["inside", {navigator: {userAgent: "x MicroMessenger/8.0"}}, "warn", "app"],
  "no camera interface": ["camera", {navigator: {mediaDevices: undefined}}, "bad", "no_api"],
  "permission denied": ["permission", {navigator: {permissions: {query: async () => ({state: "denied"})}}}, "bad", "denied"],
  "a browser that knows no permission": ["permission", {navigator: {permissions: {query: async () => Promise.reject(new TypeError())}}}, "warn", "unknown"],
  "no camera": ["cameras", {navigator: {mediaDevices: {getUserMedia() {}, enumerateDevices: async () => []}}}, "bad", "none"],
  "private mode": ["storage", {indexedDB: undefined}, "bad", "no"],
  "no network": ["network", {fetch: async () => Promise.reject(new TypeError("offline"))}, "bad", "none"],
  "a captive portal": ["network", {fetch: async () => new Response("<html>Sign in</html>")}, "bad", "portal"],
  "a clock a day ahead": ["clock", {fetch: async () => new Response("{}", {headers: {Date: new Date(Date.now() - 864e5).toUTCString()}})}, "bad", "wrong"],
};

for (const [name, [id, changes, state, word]] of Object.entries(TROUBLES))
  test(`${name} is named`, async () => {
    const found = await of(id, changes);
    assert.deepEqual([found.state, found.word], [state, word]);
  });

test("a decoder that cannot be loaded does not end the test", async () => {
  const found = await of("decoder", {}, async () => Promise.reject(new Error("404")));
  assert.deepEqual([found.state, found.word, found.value], ["bad", "failed", "404"]);
});

test("a decoder that reads nothing is not called fine", async () => {
  assert.equal((await of("decoder", {}, async () => ({engine: "BarcodeDetector", proven: false}))).state, "bad");
});

test("the report names the browser and every check", async () => {
  const scope = phone();
  const text = report(await examine(scope, async () => good), scope);
  assert.match(text, /Android 14/);
  for (const id of Object.keys(CHECKS)) assert.match(text, new RegExp(`${id}:`));
});
