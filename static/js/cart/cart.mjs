// The cart: place first, then many codes with their weights, then a review and one submit. Pure: no DOM, no clock.
//
// A line gets its event id and its moment when it is scanned, so that submitting again after a crash is the same event.
import {announcing} from "../outbox/photo_shelf.mjs";
import {gramsOf, kgText} from "../outbox/weights.mjs";

const FIELDS = ["site", "stream", "product", "measured"];

export class Cart {
  /** `kept` is what `toJSON` gave; `taken` tells a mark that already waits in the outbox: (key) → boolean. */
  constructor(kept = {}, {taken = () => false} = {}) {
    this.place = Object.fromEntries(FIELDS.map((name) => [name, kept.place?.[name] ?? ""]));
    this.lines = kept.lines ?? [];
    this.step = kept.step ?? "place";
    this.taken = taken;
  }

  /** Puts a mark {scheme, value} into the cart: "new", or "repeated" for one that is there or waits in the outbox. */
  add({scheme, value}, {id, at, clock_offset_ms = 0}) {
    const key = keyOf({scheme, value});
    if (this.line(key) || this.taken(key)) return "repeated";
    const {stream, product, measured} = this.place;
    this.lines.unshift({key, scheme, value, id, at, clock_offset_ms, stream, product, measured, mass: "", photos: []});
    return "new";
  }

  line(key) {
    return this.lines.find((each) => each.key === key) ?? null;
  }

  change(key, changes) {
    Object.assign(this.line(key) ?? {}, changes);
  }

  remove(key) {
    const at = this.lines.findIndex((each) => each.key === key);
    return at < 0 ? null : this.lines.splice(at, 1)[0];
  }

  /** Takes back the last scan; → its line, or null. */
  undo() {
    return this.lines.shift() ?? null;
  }

  /** {lines: [{…line, grams} | {…line, refusal}], wrong: their number, total_g}; a weight of zero is refused here as there. */
  review() {
    const lines = this.lines.map((line) => ({...line, ...weightOf(line.mass)}));
    const sound = lines.filter(({refusal}) => !refusal);
    return {lines, wrong: lines.length - sound.length, total_g: sound.reduce((sum, {grams}) => sum + grams, 0)};
  }

  /** The events of a reviewed cart, in the order of scanning. Throws while a weight is wrong. */
  events() {
    const {lines, wrong} = this.review();
    if (wrong) throw new Error(`${wrong} lines without a weight`);
    return lines.reverse().map((line) => this.#event(line));
  }

  /** What is held for the events, as `save` takes it. */
  photos() {
    return this.lines.flatMap(({id, photos = []}) => photos.map((sha256) => ({event: id, sha256})));
  }

  #event({id, at, clock_offset_ms, scheme, value, stream, product, measured, grams, photos = []}) {
    const details = {stream, mass_kg: kgText(grams), measured: measured || "weighed"};
    if (product) details.product = product;
    if (scheme === "registry") details.code = value;
    else details.codes = [{scheme, value}];
    const event = {id, kind: "collect", site: this.place.site, occurred_at: new Date(at + clock_offset_ms).toISOString(), clock_offset_ms, details};
    return announcing(event, photos.map((sha256) => ({sha256})));
  }

  toJSON() {
    return {place: this.place, lines: this.lines, step: this.step};
  }
}

/** Two marks are the same when these are. */
export function keyOf({scheme, value}) {
  return `${scheme}:${value}`;
}

/** The marks a frozen event takes, as keys. */
export function keysOf(payload) {
  const {code, codes = []} = JSON.parse(payload).details ?? {};
  return [...(code ? [keyOf({scheme: "registry", value: code})] : []), ...codes.map(keyOf)];
}

export function weightOf(text) {
  if (!text.trim()) return {refusal: "missing"};
  const read = gramsOf(text);
  return read.grams === 0 ? {refusal: "mass_zero"} : read;
}
