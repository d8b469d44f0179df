import assert from "node:assert/strict";
import {test} from "node:test";
import {taking} from "../../static/js/scan/decoder.mjs";

function readers(ours, others) {
  const asked = [];
  const reader = (name, found) => async () => {
    asked.push(name);
    return found.map((text) => ({text}));
  };
  return {asked, ...taking(reader("ours", ours), reader("others", others))};
}

const texts = (found) => found.map((each) => each.text);

test("a photo with our mark is not searched for others", async () => {
  const {asked, detect} = readers(["7K"], ["6901234567892"]);
  assert.deepEqual(texts(await detect({})), ["7K"]);
  assert.deepEqual(asked, ["ours"]);
});

test("a photo without our mark is searched for all others at once", async () => {
  const {detect} = readers([], ["6901234567892"]);
  assert.deepEqual(texts(await detect({})), ["6901234567892"]);
});

test("a camera's frames are searched for others now and then, as long as ours is not seen", async () => {
  const {asked, glance} = readers([], ["6901234567892"]);
  const found = [];
  for (let frame = 0; frame < 8; frame += 1) found.push(...texts(await glance({})));
  assert.deepEqual(found, ["6901234567892", "6901234567892"]);
  assert.equal(asked.filter((each) => each === "others").length, 2);
});

test("a camera that sees our mark never searches for others", async () => {
  const {asked, glance} = readers(["7K"], ["6901234567892"]);
  for (let frame = 0; frame < 20; frame += 1) await glance({});
  assert.ok(!asked.includes("others"));
});
