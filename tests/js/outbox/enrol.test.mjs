import assert from "node:assert/strict";
import {test} from "node:test";
import {AGAIN_AFTER_MS, enrol} from "../../../static/js/outbox/enrol.mjs";
import {OutboxStore} from "../../../static/js/outbox/outbox_store.mjs";
import {Phone, openDB} from "./phone.mjs";

const CURVE = {name: "ECDSA", namedCurve: "P-256"};

function counter(answers = (body) => ({status: 200, body: {key_id: body.id}})) {
  const phone = new Phone();
  const store = new OutboxStore({openDB, owner: "u1", clock: phone.clock});
  const sent = [];
  const fetch = async (address, {body}) => {
    sent.push(JSON.parse(body));
    const id = (await store.key()).key_id;
    const answer = answers({id});
    return {status: answer.status, json: async () => JSON.parse(JSON.stringify(answer.body))};
  };
  return {phone, store, sent, ask: () => enrol({store, token: async () => "t", fetch, clock: phone.clock})};
}

test("the proof is the key's own signature over the account's id", async () => {
  const {sent, ask} = counter();
  assert.equal(await ask(), "enrolled");
  const [{public_key, proof}] = sent;
  const key = await crypto.subtle.importKey("jwk", public_key, CURVE, false, ["verify"]);
  const holds = (text) => crypto.subtle.verify(
    {name: "ECDSA", hash: "SHA-256"}, key, Buffer.from(proof, "base64url"), new TextEncoder().encode(text),
  );
  assert.equal(await holds("huiliu-device/1 u1"), true);
  assert.equal(await holds("huiliu-device/1 u2"), false);
});

test("once a day is enough, and the clock turned back asks again", async () => {
  const {phone, sent, ask} = counter();
  assert.deepEqual([await ask(), await ask()], ["enrolled", "known"]);
  phone.now += AGAIN_AFTER_MS;
  assert.equal(await ask(), "enrolled");
  phone.now -= 2 * AGAIN_AFTER_MS;
  assert.equal(await ask(), "enrolled");
  assert.equal(sent.length, 3);
  assert.deepEqual(sent[0].public_key, sent[2].public_key);
});

test("an answer that is not the server's word leaves the key to be enrolled next time", async () => {
  for (const answer of [{status: 403, body: {}}, {status: 200, body: null}, {status: 200, body: {key_id: "another"}}]) {
    const {sent, ask} = counter(() => answer);
    assert.deepEqual([await ask(), await ask()], ["refused", "refused"]);
    assert.equal(sent.length, 2);
  }
});

test("a role that captures nothing is asked once a day", async () => {
  const {sent, ask} = counter(() => ({status: 403, body: {code: "role_may_not"}}));
  assert.deepEqual([await ask(), await ask()], ["may_not", "known"]);
  assert.equal(sent.length, 1);
});

test("without WebCrypto nothing is asked", async () => {
  const {store} = counter();
  assert.equal(await enrol({store, token: "t", subtle: null, fetch: () => assert.fail("asked")}), "not_here");
});
