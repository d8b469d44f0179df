// A hand-over by QR codes: whatever the camera catches, in whatever order, the file arrives whole or not at all.

import assert from "node:assert/strict";
import {test} from "node:test";
import {Pieces, framesOf} from "../../../static/js/outbox/handover.mjs";
import {MOST_HANDED_OVER, handoverFile, verifyFile} from "../../../static/js/outbox/outbox_file.mjs";
import {OutboxStore} from "../../../static/js/outbox/outbox_store.mjs";
import {Phone, fc, openDB} from "./phone.mjs";

const RUNS = {numRuns: process.env.HUILIU_LONG ? 1000 : 200};
const PACKERS = [null, CompressionStream];
const files = fc.string({unit: "binary", minLength: 1, maxLength: 3000});
const packer = fc.constantFrom(...PACKERS);

async function collected(frames, pieces = new Pieces()) {
  const texts = [];
  for (const frame of frames) {
    const {state, text} = await pieces.add(frame);
    if (state === "complete") texts.push(text);
  }
  return texts;
}

const shuffled = (list) => fc.shuffledSubarray(list, {minLength: list.length, maxLength: list.length});

test("in any order, with any repeats, the file is what it was", async () => {
  const property = fc.asyncProperty(files, packer, fc.gen(), async (text, Packer, draw) => {
    const frames = await framesOf(text, {Packer});
    const seen = [...draw(fc.array, fc.constantFrom(...frames), {maxLength: 30}), ...draw(shuffled, frames)];
    assert.deepEqual(await collected(seen), [text]);
  });
  await fc.assert(property, RUNS);
});

test("while a piece is missing there is no file", async () => {
  const property = fc.asyncProperty(files, packer, fc.nat(), async (text, Packer, pick) => {
    const frames = await framesOf(text, {Packer});
    const missing = frames[pick % frames.length];
    assert.deepEqual(await collected(frames.filter((frame) => frame !== missing)), []);
  });
  await fc.assert(property, RUNS);
});

test("two hand-overs before one camera do not mix", async () => {
  const property = fc.asyncProperty(files, files, packer, fc.gen(), async (one, other, Packer, draw) => {
    fc.pre(one !== other);
    const frames = [...(await framesOf(one, {Packer})), ...(await framesOf(other, {Packer}))];
    assert.deepEqual((await collected(draw(shuffled, frames))).sort(), [one, other].sort());
  });
  await fc.assert(property, RUNS);
});

test("a piece changed by one character never makes a file, and the right ones make it afterwards", async () => {
  const property = fc.asyncProperty(files, packer, fc.nat(), async (text, Packer, pick) => {
    const frames = await framesOf(text, {Packer});
    const at = pick % frames.length;
    const place = frames[at].lastIndexOf("/") + 1;
    const other = frames[at][place] === "A" ? "B" : "A";
    const wrong = frames.with(at, frames[at].slice(0, place) + other + frames[at].slice(place + 1));
    const pieces = new Pieces();
    assert.deepEqual(await collected(wrong, pieces), []);
    assert.deepEqual(await collected(frames, pieces), [text]);
  });
  await fc.assert(property, RUNS);
});

test("what is no frame of ours is foreign and disturbs nothing", async () => {
  const [frame] = await framesOf("a file");
  const pieces = new Pieces();
  const [mark, packing, digest] = frame.split("/");
  const strange = [
    "HTTPS://HUILIU.TEST/B/7K3M9PQA", "", `${mark}/${packing}/${digest}/2/1/AAAA`, `${mark}/X/${digest}/1/1/AAAA`,
    `${mark}/${packing}/${digest}/1/99/AAAA`, `${mark}/${packing}/short/1/1/AAAA`, `${mark}/${packing}/${digest}/0/1/AAAA`, `${frame}!`,
  ];
  for (const text of strange) assert.equal((await pieces.add(text)).state, "foreign", text);
  assert.equal((await pieces.add(frame)).state, "complete");
  assert.deepEqual(await pieces.add(frame), {state: "repeated", have: 1, total: 1});
});

test("a small code that unpacks to very much is damaged, and a browser that cannot unpack says so", async () => {
  const bomb = new TextEncoder().encode("a".repeat(3_000_000));
  const packed = new Uint8Array(await new Response(new Blob([bomb]).stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer());
  await assert.rejects(framesOf("a".repeat(3_000_000)), (error) => error.code === "too_large");
  const digest = Buffer.from(await crypto.subtle.digest("SHA-256", packed)).subarray(0, 16).toString("base64url");
  const cut = Buffer.from(packed).toString("base64url").match(/.{1,360}/g);
  const states = [];
  const pieces = new Pieces();
  for (const [at, piece] of cut.entries()) states.push((await pieces.add(`HUILIU1/Z/${digest}/${at + 1}/${cut.length}/${piece}`)).state);
  assert.equal(states.at(-1), "damaged");
  const [frame] = await framesOf("a file");
  assert.equal((await new Pieces({Unpacker: null}).add(frame)).state, "too_old");
});

const event = (at) => ({
  id: `0198c000-0000-7000-8000-0000000${String(at).padStart(5, "0")}`, kind: "collect", site: "0198c000-0000-7000-8000-000000000001",
  occurred_at: "2026-03-01T09:30:00.000Z", clock_offset_ms: 12, details: {stream: "tyre", mass_kg: "412.5", measured: "weighed", code: "7K3M9PQA"},
  private: {note: "五百公斤"},
});

test("twenty events are a dozen codes, signed and without what was given up; one more is sent to the file", async () => {
  const phone = new Phone();
  const store = new OutboxStore({openDB, owner: "u1", clock: phone.clock});
  await store.save([event(0)]);
  await store.settle({diverted: [{id: event(0).id, status: "rejected", problem: {code: "mass_zero"}}]});
  await store.withdraw(event(0).id);
  await store.save(Array.from({length: MOST_HANDED_OVER}, (_, at) => event(at + 1)));
  const {text} = await handoverFile({store, clock: phone.clock});
  const frames = await framesOf(text);
  assert.ok(frames.length <= 12, String(frames.length));
  const [arrived] = await collected(frames.reverse());
  assert.equal(await verifyFile(arrived), true);
  const {events, archive} = JSON.parse(JSON.parse(arrived).body);
  assert.deepEqual([events.length, archive], [20, []]);
  assert.equal((await store.counts()).queued, 20);
  await store.save([event(99)]);
  await assert.rejects(handoverFile({store}), (error) => error.code === "too_many");
});
