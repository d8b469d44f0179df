// When to try: soon after something was saved, when the network or the page comes back, when a pause ends, by hand.

const WHEN_PAGE = ["pageshow", "focus"];
const LONGEST_SLEEP_MS = 60_000; // timers stop while a phone sleeps and clocks jump: looked at each minute

/**
 * Starts watching. → {saved(), byHand(), stop()}; both try now and answer what `deliver` answers.
 * `told(result)` is called after every pass; a pass that threw is told as {trouble: "outbox", error}.
 */
export function watch({deliver, told = () => {}, target = globalThis, page = target.document, timers = globalThis, clock = Date.now}) {
  let timer = null;
  let stopped = false;

  function sleepUntil(at) {
    timers.clearTimeout(timer);
    if (stopped) return;
    const rest = at === null ? LONGEST_SLEEP_MS : Math.min(Math.max(at - clock(), 1_000), LONGEST_SLEEP_MS);
    timer = timers.setTimeout(() => go(), rest);
  }

  async function go(options) {
    let result;
    try {
      result = await deliver(options);
    } catch (error) {
      result = {acknowledged: 0, diverted: 0, trouble: "outbox", error, next_at: null};
    }
    sleepUntil(result.next_at);
    told(result);
    return result;
  }

  const wake = () => void go();
  // The network is another one now: our own pauses belong to the old one. What the server asked for still holds.
  const online = () => void go({byHand: true});
  const shown = () => {
    if (page.visibilityState === "visible") wake();
  };
  target.addEventListener("online", online);
  for (const each of WHEN_PAGE) target.addEventListener(each, wake);
  page.addEventListener("visibilitychange", shown);
  wake();

  return {
    saved: () => go(),
    byHand: () => go({byHand: true}),
    stop() {
      stopped = true;
      timers.clearTimeout(timer);
      target.removeEventListener("online", online);
      for (const each of WHEN_PAGE) target.removeEventListener(each, wake);
      page.removeEventListener("visibilitychange", shown);
    },
  };
}
