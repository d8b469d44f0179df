// Photos of a line of the cart. They are held on the phone at once, for the event whose id the line has; the cart keeps digests only.
import {PHOTOS_MOST} from "../outbox/photo_shelf.mjs";
import {shrink} from "../outbox/photo_taking.mjs";

export class LinePhotos {
  #shelf;
  #input;
  #say;
  #tell;
  #kept;
  #at = null; // [element, line] the camera was opened for

  /** `tell(tone, text)` says a word; `kept()` writes the cart down. */
  constructor({shelf, input, say, tell, kept}) {
    this.#shelf = shelf;
    this.#input = input;
    this.#say = say;
    this.#tell = tell;
    this.#kept = kept;
    input.addEventListener("change", () => void this.#take());
  }

  show(made, line) {
    const tools = made.querySelector("[data-photos]");
    tools.hidden = !globalThis.crypto?.subtle;
    tools.querySelector("[data-add]").addEventListener("click", () => {
      this.#at = [made, line];
      this.#input.click();
    });
    tools.querySelector("[data-clear]").addEventListener("click", () => void this.#clear(made, line));
    this.#count(made, line);
  }

  async #take() {
    const [file] = this.#input.files;
    const [made, line] = this.#at ?? [];
    if (!file || !line) return;
    try {
      const photo = await shrink(file);
      await this.#shelf.hold({event: line.id, ...photo});
      line.photos = [...new Set([...(line.photos ?? []), photo.sha256])].slice(0, PHOTOS_MOST);
      await this.#kept();
    } catch (error) {
      this.#tell("refused", this.#say(error.code === "photo_unreadable" ? "photo.unreadable" : "photo.dropped"));
    }
    this.#input.value = "";
    this.#count(made, line);
  }

  async #clear(made, line) {
    line.photos = [];
    this.#count(made, line);
    await Promise.resolve(this.#kept()).then(() => this.#shelf.drop(line.id)).catch(() => {});
  }

  #count(made, {photos = []}) {
    const tools = made.querySelector("[data-photos]");
    tools.querySelector("[data-count]").textContent = photos.length ? this.#say("photo.count", {n: photos.length}) : this.#say("photo.add");
    tools.querySelector("[data-add]").disabled = photos.length >= PHOTOS_MOST;
    tools.querySelector("[data-clear]").hidden = !photos.length;
  }
}
