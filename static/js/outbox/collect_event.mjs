// The collection form as an event, or what stands in its way. The same reading as `entries.collect` on the server, which
// judges again; `values` are the form's texts by name.
import {judge, normalise} from "../scan/registry_code.mjs";
import {gramsOf, kgText} from "./weights.mjs";

const NAMES = ["gb34014", "gs1", "serial"];
const WORDS = ["product", "producer", "division"];
const NUMBERS = {capacity: "capacity_kwh", price: "price_yuan"};
const PRIVATE = ["note", "person", "vehicle"];

/** {event}, or {refusals: {field: code}}. */
export function collectEvent(values, {id, now, clock_offset_ms = 0, site}) {
  const text = (name) => (values[name] ?? "").trim();
  const weight = gramsOf(text("mass"));
  const code = codeIn(text("code"));
  const refusals = {};
  if (!text("stream")) refusals.stream = "missing";
  if (!text("mass")) refusals.mass = "missing";
  else if (weight.refusal ?? (weight.grams === 0 && "mass_zero")) refusals.mass = weight.refusal ?? "mass_zero";
  if (code && judge(code).state !== "ok") refusals.code = "code";
  if (Object.keys(refusals).length) return {refusals};
  const details = {stream: text("stream"), mass_kg: kgText(weight.grams), measured: text("measured") || "weighed"};
  if (code) details.code = code;
  for (const name of WORDS) if (text(name)) details[name] = text(name);
  for (const [field, name] of Object.entries(NUMBERS)) if (text(field)) details[name] = text(field).normalize("NFKC");
  const codes = NAMES.filter(text).map((scheme) => ({scheme, value: text(scheme)}));
  if (codes.length) details.codes = codes;
  const notes = Object.fromEntries(PRIVATE.filter(text).map((name) => [name, text(name).slice(0, 500)]));
  const occurred_at = text("occurred_at") ? local(text("occurred_at")) : new Date(now + clock_offset_ms).toISOString();
  return {event: {id, kind: "collect", site: text("site") || site, occurred_at, clock_offset_ms, details, private: notes}};
}

// Typed, scanned by a wedge, or our whole address.
function codeIn(text) {
  return normalise(text.replace(/\/+$/u, "").split("/").at(-1));
}

// What a browser's field of date and time gives is the province's own time.
function local(text) {
  return `${text.length === 16 ? `${text}:00` : text}+08:00`;
}
