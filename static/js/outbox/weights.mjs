// What a person types as a weight, in whole grams: 412.5 · 825斤 · 1.2吨 · full-width digits. The same verdicts as
// grams_from_words in registry/domain/mass.py; tests/js/weights_vectors.json holds both to one table.

const LARGEST_G = 10n ** 15n;
const LONGEST_TEXT = 40;
const UNITS_G = {"": 1000n, "kg": 1000n, "公斤": 1000n, "千克": 1000n, "斤": 500n, "g": 1n, "克": 1n, "t": 1000000n, "吨": 1000000n};
const WORDS = /^([^a-z公千斤克吨]*)([a-z公千斤克吨]*)$/su;
const GROUPED = /^\d{1,3}(,\d{3})+(\.\d+)?[^\d]*$/u;
const PLAIN = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))$/u;

/** {grams} (a Number: below 2^53) or {refusal: code}, never both. Never a float on the way. */
export function gramsOf(text) {
  let folded = text.normalize("NFKC").trim().toLowerCase().replaceAll(" ", "");
  if (GROUPED.test(folded)) folded = folded.replaceAll(",", "");
  const found = WORDS.exec(folded);
  if (!found) return {refusal: "mass_not_a_number"};
  if (!Object.hasOwn(UNITS_G, found[2])) return {refusal: "mass_unit_unknown"};
  return scaled(found[1].trim(), UNITS_G[found[2]]);
}

function scaled(number, factor) {
  const parts = [...number].length <= LONGEST_TEXT && PLAIN.exec(number);
  if (!parts) return {refusal: "mass_not_a_number"};
  const fraction = parts[3] ?? parts[4] ?? "";
  const digits = BigInt((parts[2] ?? "") + fraction || "0");
  if (parts[1] === "-" && digits > 0n) return {refusal: "mass_negative"};
  const one = 10n ** BigInt(fraction.length);
  if (digits >= one * 10n ** 19n) return {refusal: "mass_too_large"};
  if ((digits * factor) % one !== 0n) return {refusal: "mass_too_precise"};
  const grams = (digits * factor) / one;
  return grams > LARGEST_G ? {refusal: "mass_too_large"} : {grams: Number(grams)};
}

/** Exact kilograms as text, without trailing zeros: 412500 → "412.5". */
export function kgText(grams) {
  const sign = grams < 0 ? "-" : "";
  const whole = Math.floor(Math.abs(grams) / 1000);
  const rest = String(Math.abs(grams) % 1000).padStart(3, "0").replace(/0+$/u, "");
  return `${sign}${whole}${rest && `.${rest}`}`;
}
