import assert from "node:assert/strict";
import test from "node:test";
import {webcrypto} from "node:crypto";
import {gather, lineEnds, nameOf} from "../../static/js/web/export.mjs";
import {ask, digestOf} from "../../static/js/reports/verify.mjs";

const bytes = (text) => new TextEncoder().encode(text);

test("rows are counted as they arrive, whatever the parts, and the header is none", async () => {
  const parts = ["\ufeffa,b\r", "\n1,2\r\n3,", "4\r\n"].map(bytes);
  const reader = {read: async () => (parts.length ? {done: false, value: parts.shift()} : {done: true})};
  const told = [];
  const blob = await gather(reader, (count) => told.push(count));
  assert.deepEqual(told, [0, 1, 2]);
  assert.equal(await blob.text(), "a,b\r\n1,2\r\n3,4\r\n"); // Blob.text leaves the mark out
  assert.equal(blob.size, 3 + 15);
});

test("line ends are counted in bytes", () => {
  assert.equal(lineEnds(bytes("收集\r\n\r\n")), 2);
});

test("a file keeps the name the server gives", () => {
  assert.equal(nameOf('attachment; filename="huiliu_events_all_520000.csv"'), "huiliu_events_all_520000.csv");
  assert.equal(nameOf(null), "huiliu_events.csv");
});

test("the digest is SHA-256, as everybody computes it", async () => {
  const digest = await digestOf(bytes("abc"), webcrypto.subtle);
  assert.equal(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("only the digest is sent", async () => {
  let sent;
  const verdict = await ask("ab".repeat(32), async (address, options) => {
    sent = [address, options.body];
    return {ok: true, json: async () => ({genuine: true})};
  });
  assert.deepEqual(sent, ["/api/v1/verify", JSON.stringify({sha256: "ab".repeat(32)})]);
  assert.equal(verdict.genuine, true);
});
