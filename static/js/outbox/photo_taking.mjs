// A photo as the outbox keeps it: drawn anew on a canvas, which leaves place and device behind, small, and named by its digest.

import {OutboxError} from "./outbox_error.mjs";
import {PHOTOS_MOST} from "./photo_shelf.mjs";

export const MOST_BYTES = 400_000;
export const LADDER = [
  {edge: 1600, quality: 0.8}, {edge: 1600, quality: 0.6}, {edge: 1280, quality: 0.6}, {edge: 1024, quality: 0.5}, {edge: 640, quality: 0.5},
];

/** The size that keeps the shape with no edge longer than `edge`; never larger than it was. */
export function fitted(width, height, edge) {
  const scale = Math.min(1, edge / Math.max(width, height));
  return {width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale))};
}

/** {bytes, sha256} of the first rung of the ladder that is light enough; `draw(rung)` gives a Blob. OutboxError photo_unreadable. */
export async function lightEnough(draw, digest = digestOf) {
  for (const rung of LADDER) {
    const blob = await draw(rung);
    if (blob?.type !== "image/jpeg" || blob.size > MOST_BYTES) continue;
    const bytes = await blob.arrayBuffer();
    return {bytes, sha256: await digest(bytes)};
  }
  throw new OutboxError("photo_unreadable");
}

export async function digestOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((each) => each.toString(16).padStart(2, "0")).join("");
}

/** A file of the camera or the gallery → {bytes, sha256}. OutboxError photo_unreadable. */
export async function shrink(file) {
  const picture = await createImageBitmap(file, {imageOrientation: "from-image"}).catch((error) => {
    throw new OutboxError("photo_unreadable", error);
  });
  try {
    return await lightEnough(({edge, quality}) => drawn(picture, edge, quality));
  } finally {
    picture.close();
  }
}

function drawn(picture, edge, quality) {
  const canvas = Object.assign(document.createElement("canvas"), fitted(picture.width, picture.height, edge));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // what is transparent would turn black
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}

/** The field of a form: up to three photos, kept in memory until the form is saved. Hidden where a page can hash nothing. */
export class PhotoField {
  photos = [];
  #root;
  #say;

  constructor({root, say}) {
    this.#root = root;
    this.#say = say;
    root.hidden = !globalThis.crypto?.subtle;
    root.querySelector("input").addEventListener("change", ({target}) => void this.#take(target));
  }

  async #take(input) {
    const [file] = input.files;
    if (!file) return;
    this.tell(this.#say("photo.making"));
    try {
      const photo = await shrink(file);
      if (!this.photos.some(({sha256}) => sha256 === photo.sha256)) this.photos.push(photo);
      this.tell("");
    } catch {
      this.tell(this.#say("photo.unreadable"));
    }
    input.value = "";
    this.#show();
  }

  tell(text) {
    this.#root.querySelector("[data-say]").textContent = text;
  }

  clear() {
    this.photos = [];
    this.#show();
  }

  #show() {
    const full = this.photos.length >= PHOTOS_MOST;
    this.#root.querySelector("input").disabled = full;
    this.#root.querySelector("label.btn").toggleAttribute("hidden", full);
    this.#root.querySelector("ul").replaceChildren(...this.photos.map((photo) => this.#thumbnail(photo)));
  }

  #thumbnail(photo) {
    const item = document.createElement("li");
    const address = URL.createObjectURL(new Blob([photo.bytes], {type: "image/jpeg"}));
    const image = Object.assign(new Image(96, 96), {src: address, alt: this.#say("photo.alt")});
    image.addEventListener("load", () => URL.revokeObjectURL(address), {once: true});
    const button = Object.assign(document.createElement("button"), {type: "button", className: "btn btn-quiet", textContent: this.#say("photo.remove")});
    button.addEventListener("click", () => {
      this.photos = this.photos.filter((each) => each !== photo);
      this.#show();
    });
    item.append(image, button);
    return item;
  }
}
