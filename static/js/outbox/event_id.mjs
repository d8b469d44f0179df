// Event ids are made on the phone before anything is sent: UUIDs of version 7 (RFC 9562), the key of an event for ever.

/** A maker of ids. `clock()` gives milliseconds, `random(bytes)` fills a Uint8Array from a CSPRNG. */
export function idMaker({clock = Date.now, random = (bytes) => crypto.getRandomValues(bytes)} = {}) {
  let last = -1;
  return function eventId() {
    // A clock that stands still or is turned back must not make ids that sort before those already made here.
    last = Math.max(last + 1, clock());
    const bytes = random(new Uint8Array(16));
    for (let at = 5, rest = last; at >= 0; at -= 1, rest = Math.floor(rest / 256)) bytes[at] = rest % 256;
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    const hex = Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };
}
