import assert from "node:assert/strict";
import {test} from "node:test";
import {CameraRefused, impossible, open, REASONS, reasonOf} from "../../static/js/scan/camera.mjs";

const secure = (getUserMedia) => ({isSecureContext: true, navigator: {mediaDevices: {getUserMedia}}});
const failing = (...names) => {
  const asked = [];
  const scope = secure(async (wish) => {
    asked.push(wish.video);
    throw Object.assign(new Error("no"), {name: names[Math.min(asked.length, names.length) - 1]});
  });
  return {asked, scope};
};

test("without HTTPS the camera is not even asked for, and the page can say so", () => {
  assert.equal(impossible({isSecureContext: false}), "no_https");
  assert.equal(impossible({isSecureContext: true, navigator: {}}), "no_api");
  assert.equal(impossible(secure(() => {})), null);
});

test("every reason has its word", () => {
  for (const name of ["NotAllowedError", "NotFoundError", "NotReadableError", "AbortError", "Whatever"])
    assert.ok(REASONS.includes(reasonOf({name})), name);
});

test("a refused permission is not asked for twice", async () => {
  const {asked, scope} = failing("NotAllowedError");
  await assert.rejects(open({}, {deviceId: "front", scope}), (error) => error instanceof CameraRefused && error.reason === "denied");
  assert.equal(asked.length, 1);
});

test("a remembered camera that is gone gives way to any other", async () => {
  const {asked, scope} = failing("OverconstrainedError", "NotFoundError");
  await assert.rejects(open({}, {deviceId: "gone", scope}), (error) => error.reason === "none");
  assert.deepEqual(asked.map((wish) => Object.keys(wish)[0]), ["deviceId", "facingMode"]);
});

function lending({label = "back", torch = true} = {}) {
  const wishes = [];
  const applied = [];
  const track = {
    getSettings: () => ({deviceId: label}),
    getCapabilities: () => ({torch}),
    applyConstraints: async (wish) => applied.push(wish),
    stop() {},
  };
  const scope = secure(async (wish) => {
    wishes.push(wish.video);
    return {getVideoTracks: () => [track], getTracks: () => [track]};
  });
  return {applied, scope, wishes};
}

test("the camera used last is asked for first the next time", async () => {
  const kept = new Map();
  globalThis.localStorage = {getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value)};
  const video = {play: async () => {}};
  const first = lending({label: "wide"});
  await open(video, {scope: first.scope});
  assert.equal(Object.keys(first.wishes[0])[0], "facingMode");
  const second = lending({label: "wide"});
  await open(video, {scope: second.scope});
  assert.deepEqual(second.wishes[0].deviceId, {exact: "wide"});
  delete globalThis.localStorage;
});

test("a torch is offered where there is one, and switched on and off", async () => {
  const {applied, scope} = lending();
  const camera = await open({play: async () => {}}, {scope, deviceId: null});
  assert.equal(camera.hasTorch, true);
  await camera.torch(true);
  await camera.torch(false);
  assert.deepEqual(applied, [{advanced: [{torch: true}]}, {advanced: [{torch: false}]}]);
  assert.equal((await open({play: async () => {}}, {scope: lending({torch: false}).scope})).hasTorch, false);
});
