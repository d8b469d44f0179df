// A hardware scanner types fast and ends with Enter. Its text is caught anywhere on a page as long as no field has the
// focus; what a person types is left alone.

const FASTEST_HAND_MS = 60; // per key, over the whole text: a busy phone may deliver single keys late
const LONGEST_PAUSE_MS = 500;
const SHORTEST = 6;

/** Fed with (key, time), gives the scanned text at its Enter, else null. Pure: the page hands it its key events. */
export class Wedge {
  #text = "";
  #first = 0;
  #last = -Infinity;

  key(key, at) {
    if (at - this.#last > LONGEST_PAUSE_MS) this.#text = "";
    this.#last = at;
    if (key === "Enter" || key === "Tab") return this.#end(at);
    if ([...key].length !== 1) return null; // Shift and its like travel with the characters
    if (this.#text === "") this.#first = at;
    this.#text += key;
    return null;
  }

  #end(at) {
    const text = this.#text;
    this.#text = "";
    const {length} = [...text];
    return length >= SHORTEST && at - this.#first <= FASTEST_HAND_MS * length ? text : null;
  }
}

/** Calls `found(text)` for every scan on the page. */
export function listen(found, target = document) {
  const wedge = new Wedge();
  target.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const text = wedge.key(event.key, event.timeStamp);
    if (text === null) return;
    event.preventDefault();
    found(text);
  });
}

function typing(element) {
  return Boolean(element?.isContentEditable) || ["INPUT", "TEXTAREA", "SELECT"].includes(element?.tagName);
}
