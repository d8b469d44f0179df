import assert from "node:assert/strict";
import {readFile} from "node:fs/promises";
import {test} from "node:test";
import {gramsOf, kgText} from "../../static/js/outbox/weights.mjs";

const {words, kilograms} = JSON.parse(await readFile(new URL("weights_vectors.json", import.meta.url), "utf8"));

test("every weight is read as the server reads it", () => {
  for (const [text, expected] of words) assert.deepEqual(gramsOf(text), expected, JSON.stringify(text));
});

test("grams are echoed as exact kilograms", () => {
  for (const [grams, text] of kilograms) assert.equal(kgText(grams), text);
});

test("the table holds what people write at a collection point, and refusals of every kind", () => {
  const read = Object.fromEntries(words);
  assert.deepEqual([read["８２５斤"], read["1.2 吨"], read["412.5"]], [{grams: 412500}, {grams: 1200000}, {grams: 412500}]);
  assert.deepEqual(
    [...new Set(words.map(([, verdict]) => verdict.refusal).filter(Boolean))].sort(),
    ["mass_negative", "mass_not_a_number", "mass_too_large", "mass_too_precise", "mass_unit_unknown"],
  );
});
