// The fields a person may change in an event that was refused, and the event they then mean..

import {gramsOf, kgText} from "./weights.mjs";

const ZONE_MS = 8 * 3600_000; // the province's clock: Asia/Shanghai has no summer time
const OF_DETAILS = ["stream", "product", "mass_kg", "measured", "code", "capacity_kwh", "price_yuan"];

/** A moment as the field of a form shows it, in the province's time, to the minute. */
export function localMinute(iso) {
  return new Date(Date.parse(iso) + ZONE_MS).toISOString().slice(0, 16);
}

/** [{name, value}] of what may be changed: what the event has, and a code where it may have one. */
export function fieldsOf(event) {
  const details = event.details ?? {};
  const names = OF_DETAILS.filter((name) => name in details || (name === "code" && event.kind === "collect"));
  return [...names.map((name) => ({name, value: String(details[name] ?? "")})), {name: "occurred_at", value: localMinute(event.occurred_at)}];
}

/** {event} as changed, or {refusal, name}. Untouched fields keep their very text. */
export function changedEvent(event, values) {
  const details = {...event.details};
  for (const name of OF_DETAILS) {
    if (!(name in values)) continue;
    const text = values[name].trim();
    if (text === String(details[name] ?? "")) continue;
    if (text === "") delete details[name];
    else if (name === "mass_kg") {
      const {grams, refusal} = gramsOf(text);
      if (refusal) return {refusal, name};
      details[name] = kgText(grams);
    } else details[name] = text.normalize("NFKC");
  }
  const moved = values.occurred_at && values.occurred_at !== localMinute(event.occurred_at);
  return {event: {...event, details, ...(moved && {occurred_at: `${values.occurred_at}:00+08:00`})}};
}
