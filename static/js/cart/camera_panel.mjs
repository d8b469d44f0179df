// The viewfinder of the cart with its buttons: start, torch, choice of camera, and the words for each trouble.
import {words} from "../scan/words.mjs";
import {look} from "./viewfinder.mjs";

const part = (id) => document.getElementById(id);
const {say} = words();
const RUNNING = new Set(["starting", "aim"]);
const HOPELESS = new Set(["no_https", "no_api"]);

export class CameraPanel {
  #found;
  #camera = null;
  #turn = 0;

  constructor(found) {
    this.#found = found;
    part("camera-start").addEventListener("click", () => this.start());
    part("camera-choice").addEventListener("change", (event) => this.start(event.target.value));
    part("torch").addEventListener("click", (event) => this.#torch(event.currentTarget));
    // A camera left open in a pocket empties the battery; iOS takes it away from a hidden page anyway.
    document.addEventListener("visibilitychange", () => document.hidden && this.stop("paused"));
  }

  async start(deviceId) {
    this.stop();
    const turn = (this.#turn += 1);
    const state = (name) => turn === this.#turn && this.#state(name);
    const camera = await look({video: part("camera"), found: this.#found, state, deviceId});
    if (turn !== this.#turn) return camera?.stop();
    this.#camera = camera;
    if (camera) await this.#tools(camera);
  }

  stop(why) {
    if (!this.#camera && why) return;
    this.#turn += 1;
    this.#camera?.stop();
    this.#camera = null;
    part("camera").srcObject = null;
    this.#state(why ?? "off");
  }

  #state(name) {
    part("viewfinder").dataset.state = name === "aim" ? "live" : RUNNING.has(name) ? name : "off";
    part("camera-say").textContent = say(`camera.${name}`);
    part("camera-start").hidden = RUNNING.has(name) || HOPELESS.has(name);
  }

  async #torch(button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    await this.#camera?.torch?.(on).catch(() => {});
  }

  async #tools({torch, cameras, deviceId}) {
    part("torch").hidden = !torch;
    part("torch").setAttribute("aria-pressed", "false");
    const all = await cameras();
    part("camera-choice").hidden = all.length < 2;
    part("camera-choice").replaceChildren(
      ...all.map((each, at) => new Option(each.label || `${say("camera.number")} ${at + 1}`, each.deviceId, false, each.deviceId === deviceId)),
    );
  }
}
