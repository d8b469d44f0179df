// How long to wait before asking again. Jittered, so that a thousand phones do not come back in the same second.

/** No pause is longer. A later `next_at` means that the clock was turned back: such an item is due. */
export const LONGEST_PAUSE_MS = 15 * 60_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_ASKED_MS = 60 * 60_000;

/** After the `times`-th failure in a row, from 1: doubling, between half and the whole of it. */
export function pauseMs(times, random = Math.random) {
  const whole = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(times - 1, 20), LONGEST_PAUSE_MS);
  return Math.round(whole * (0.5 + random() / 2));
}

/** What a Retry-After header asks for (seconds or a date), 0 where it says nothing; never more than an hour. */
export function retryAfterMs(header, now) {
  if (!header) return 0;
  const wait = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_ASKED_MS) : 0;
}
