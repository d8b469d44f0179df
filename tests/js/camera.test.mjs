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
