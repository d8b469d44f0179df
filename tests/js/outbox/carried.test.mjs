// What was collected for others stays on this phone until the server's own answer about it.

import assert from "node:assert/strict";
import {test} from "node:test";
import {Carried} from "../../../static/js/outbox/carried.mjs";
import {OutboxStore} from "../../../static/js/outbox/outbox_store.mjs";
import {Phone, openDB} from "./phone.mjs";

const json = (status, body) => new Response(JSON.stringify(body), {status, headers: {"Content-Type": "application/json"}});
const taken = () => json(200, {results: [{id: "a", status: "created"}]});

function carrying(answers, {user = "u2"} = {}) {
  const phone = new Phone();
  const store = new OutboxStore({openDB, owner: "u2", clock: phone.clock});
  const sent = [];
  const fetch = async (address, {body}) => {
    sent.push(body);
    return answers.shift()();
  };
  return {sent, carried: new Carried({store, fetch, session: async () => ({user, token: "t"})})};
}

test("a file is kept once, sent, and forgotten when each event has its answer", async () => {
  const {sent, carried} = carrying([taken]);
  await carried.keep("one");
  await carried.keep("one");
  assert.deepEqual(await carried.sendKept(), [{state: "answered", results: [{id: "a", status: "created"}]}]);
  assert.deepEqual([sent, await carried.kept()], [["one"], []]);
});

const STAY = {
  "no network": () => Promise.reject(new TypeError("Failed to fetch")),
  "a portal's page": () => new Response("<html>Free Wi-Fi", {headers: {"Content-Type": "text/html"}}),
  "another service's JSON": () => json(404, {error: "nothing here"}),
  "a broken server": () => json(500, {code: "server_error"}),
  "a session that ran out": () => json(401, {code: "sign_in_needed", detail: "…"}),
  "an author who must sign in": () => json(403, {code: "carried_key_unknown", detail: "…"}),
  "an event that waits for another": () => json(200, {results: [{id: "a", status: "waiting"}]}),
};

for (const [what, answer] of Object.entries(STAY)) {
  test(`${what} leaves the file where it is`, async () => {
    const {carried} = carrying([answer]);
    await carried.keep("one");
    await carried.sendKept();
    assert.deepEqual(await carried.kept(), ["one"]);
  });
}

test("a file that the server refuses as such is told and let go, and the next one is sent", async () => {
  const {carried} = carrying([() => json(422, {code: "carried_signature_wrong", detail: "no"}), taken]);
  await carried.keep("one");
  await carried.keep("two");
  assert.deepEqual((await carried.sendKept()).map(({state, detail}) => [state, detail]), [["refused", "no"], ["answered", undefined]]);
  assert.deepEqual(await carried.kept(), []);
});

test("nobody signed in: nothing is sent, everything stays", async () => {
  const {sent, carried} = carrying([], {user: null});
  await carried.keep("one");
  assert.deepEqual(await carried.sendKept(), [{state: "signed_out"}]);
  assert.deepEqual([sent, await carried.kept()], [[], ["one"]]);
});
