import assert from "node:assert/strict";
import {test} from "node:test";
import {exportFile, makeKey, verifyFile} from "../../../static/js/outbox/outbox_file.mjs";
import {OutboxStore} from "../../../static/js/outbox/outbox_store.mjs";
import {Phone, openDB} from "./phone.mjs";

async function filled() {
  const phone = new Phone();
  const store = new OutboxStore({openDB, owner: "u1", clock: phone.clock});
  await store.save([{id: "a", note: "五百公斤"}, {id: "b"}, {id: "c"}]);
  await store.settle({diverted: [{id: "b", status: "rejected", problem: {code: "mass_zero"}}]});
  await store.settle({acknowledged: [{id: "c", status: "created", receipt: null}]});
  return {phone, store};
}

test("the file holds what has no receipt, word for word, and its signature holds", async () => {
  const {phone, store} = await filled();
  const {name, text} = await exportFile({store, clock: phone.clock});
  const {body} = JSON.parse(text);
  const {owner, events} = JSON.parse(body);
  assert.equal(owner, "u1");
  assert.deepEqual(events.map((each) => [each.event, each.state, each.problem]), [
    [JSON.stringify({id: "a", note: "五百公斤"}), "queued", null], [JSON.stringify({id: "b"}), "attention", "mass_zero"],
  ]);
  assert.equal(await verifyFile(text), true);
  assert.match(name, /^huiliu-outbox-2026-03-01-[\w-]{6}\.json$/);
});

test("a file changed by one character, or with another key's name, is not verified", async () => {
  const {store} = await filled();
  const {text} = await exportFile({store});
  const file = JSON.parse(text);
  assert.equal(await verifyFile(JSON.stringify({...file, body: file.body.replace("queued", "Queued")})), false);
  const other = await makeKey();
  assert.equal(await verifyFile(JSON.stringify({...file, public_key: other.public_key})), false);
  assert.equal(await verifyFile(JSON.stringify({...file, public_key: other.public_key, key_id: other.key_id})), false);
});

test("the key is made once for its owner, kept, and cannot be taken out", async () => {
  const {phone, store} = await filled();
  const first = JSON.parse((await exportFile({store})).text).key_id;
  const again = new OutboxStore({openDB, owner: "u1", clock: phone.clock});
  assert.equal(JSON.parse((await exportFile({store: again})).text).key_id, first);
  await assert.rejects(crypto.subtle.exportKey("jwk", (await again.key()).private_key));
  const other = new OutboxStore({openDB, owner: "u2", clock: phone.clock});
  assert.notEqual(JSON.parse((await exportFile({store: other})).text).key_id, first);
});
