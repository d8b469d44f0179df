// A camera that goes on looking: every text it sees goes to `found`, a text that stays in the picture only once.
import {CameraRefused, open} from "../scan/camera.mjs";
import {decoder} from "../scan/decoder.mjs";

const WIDEST_LOOK_PX = 960;
const BETWEEN_LOOKS_MS = 60;
const GONE_AFTER_MS = 1500; // a mark unseen for so long was taken away, and is a new scan when it comes back

/** Texts that came into the picture since the last look. Pure. */
export class InSight {
  #seen = new Map();

  look(texts, now) {
    const fresh = texts.filter((text) => now - (this.#seen.get(text) ?? -Infinity) > GONE_AFTER_MS);
    for (const text of texts) this.#seen.set(text, now);
    for (const [text, at] of this.#seen) if (now - at > GONE_AFTER_MS) this.#seen.delete(text);
    return [...new Set(fresh)];
  }
}

/**
 * Opens the camera into `video` and looks until `stop()`. `state(name)`: starting · aim · or why there is no picture.
 * → {stop, torch (or null), cameras, deviceId}; null where it could not be opened.
 */
export async function look({video, found, state, deviceId}) {
  state("starting");
  let camera;
  let looking = true;
  const stop = (why) => {
    looking = false;
    camera?.stop();
    if (why) state(why);
  };
  try {
    camera = await open(video, deviceId ? {deviceId} : {});
    const detector = await decoder().catch((error) => Promise.reject(new CameraRefused("no_decoder", error)));
    camera.track.addEventListener("ended", () => looking && stop("lost"));
    state("aim");
    void watch(video, detector, found, () => looking);
    return {stop, torch: camera.hasTorch ? camera.torch : null, cameras: camera.cameras, deviceId: camera.deviceId};
  } catch (error) {
    stop(error instanceof CameraRefused ? error.reason : "unknown");
    return null;
  }
}

async function watch(video, detector, found, looking) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", {willReadFrequently: true});
  const sight = new InSight();
  while (looking()) {
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !document.hidden) {
      const scale = Math.min(1, WIDEST_LOOK_PX / video.videoWidth);
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const marks = await detector.detect(canvas).catch(() => []);
      for (const text of sight.look(marks.map((mark) => mark.text), performance.now())) if (looking()) await found(text);
    }
    await new Promise((next) => setTimeout(next, BETWEEN_LOOKS_MS));
  }
}
