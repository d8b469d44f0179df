import assert from "node:assert/strict";
import {test} from "node:test";
import {readFileSync} from "node:fs";
import {ALPHABET, checkCharacter, grouped, judge, normalise} from "../../static/js/scan/registry_code.mjs";

const vectors = JSON.parse(readFileSync(process.env.HUILIU_TEST_VECTORS, "utf8"));
const STATES = {
  code_check_character: ["wrong"],
  length: ["empty", "incomplete", "long", "character"],
  character: ["character"],
};

test("every code gets the verdict that the server gives", () => {
  assert.ok(vectors.codes.length > 500);
  for (const {text, code, refusal, reason} of vectors.codes) {
    const found = judge(text);
    assert.equal(found.code, code, text);
    const expected = refusal === null ? ["ok"] : STATES[reason ?? refusal];
    assert.ok(expected.includes(found.state), `${text}: ${found.state}, the server says ${refusal} ${reason}`);
  }
});

test("every check character is the one the server computes", () => {
  for (const [body, character] of vectors.checks) assert.equal(checkCharacter(body), character, body);
});

test("a slip of the finger is caught before anything is sent", () => {
  const slips = vectors.codes.filter(({refusal}) => refusal === "code_check_character");
  assert.ok(slips.length > 100);
  for (const {text} of slips) assert.equal(judge(text).state, "wrong", text);
});

test("a character that no code has is named by its place", () => {
  assert.deepEqual(judge("7K3O"), {state: "character", code: "7K3O", position: 4});
  assert.equal(judge("7K").state, "incomplete");
  assert.equal(ALPHABET.length, 32);
});

test("a code is shown in groups of four and read back", () => {
  const {code} = vectors.codes[0];
  assert.equal(normalise(grouped(code)), code);
  assert.equal(grouped("7K3M2Q9XA4"), "7K3M 2Q9X A4");
  assert.equal(grouped(""), "");
});
