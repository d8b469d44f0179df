// A hardware scanner types fast and ends with Enter. Its text is caught anywhere on a page as long as no field has the
// focus; what a person types is left alone.

const FASTEST_HAND_MS = 60;
const SHORTEST = 6;

/** Fed with (key, time), gives the scanned text at its Enter, else null. Pure: the page hands it its key events. */
export class Wedge {
  #text = "";
  #last = -Infinity;

  key(key, at) {
    if (at - this.#last > FASTEST_HAND_MS) this.#text = "";
    this.#last = at;
    if (key === "Enter" || key === "Tab") return this.#end();
    if ([...key].length === 1) this.#text += key; // Shift and its like travel with the characters
    return null;
  }

  #end() {
    const text = this.#text;
    this.#text = "";
    return [...text].length >= SHORTEST ? text : null;
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
