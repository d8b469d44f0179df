// The registry's own batch code, checked in the browser while it is typed: ISO 7064 MOD 37,36 over 0-9A-Z, no I O U L.
// The same rules as registry/domain/identifiers.py; tests/js holds both to one table of vectors. No DOM here.

const FULL = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const ALPHABET = [...FULL].filter((each) => !"IOUL".includes(each)).join("");
export const SHORTEST = 8;
export const LONGEST = 12;

const FORGIVEN = /[\s\-\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff]+/gu;

/** The code someone meant: full width, lower case, spaces, hyphens and invisible marks are forgiven. */
export function normalise(text) {
  return text.normalize("NFKC").replace(FORGIVEN, "").replace(/[a-z]/g, (each) => each.toUpperCase());
}

/** The check character of a body that holds 0-9A-Z only. */
export function checkCharacter(body) {
  let carried = 36;
  for (const each of body) carried = (((carried + FULL.indexOf(each)) % 36 || 36) * 2) % 37;
  return FULL[(37 - carried) % 36];
}

/** `F K1BZ…` as people read it aloud: groups of four. */
export function grouped(code) {
  return code.match(/.{1,4}/gu)?.join(" ") ?? "";
}

/**
 * What stands in the field: {state, code, position}.
 * state: empty · incomplete · character (never part of a code; `position` from 1) · wrong (the check fails) · long · ok.
 */
export function judge(text) {
  const code = normalise(text);
  if (code === "") return {state: "empty", code};
  const characters = [...code];
  const position = characters.findIndex((each) => !ALPHABET.includes(each)) + 1;
  if (position > 0) return {state: "character", code, position};
  if (characters.length < SHORTEST) return {state: "incomplete", code};
  if (characters.length > LONGEST) return {state: "long", code};
  return {state: checkCharacter(code.slice(0, -1)) === code.at(-1) ? "ok" : "wrong", code};
}
