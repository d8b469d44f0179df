// The scan page: camera, photo, typed code and wedge all end in `found(text)`. The page is never reloaded between scans.
import {CameraRefused, impossible, open} from "./camera.mjs";
import {decoder} from "./decoder.mjs";
import {signal} from "./feedback.mjs";
import {Looker} from "./looker.mjs";
import {grouped, judge} from "./registry_code.mjs";
import {NoAnswer, photoReader, resolver} from "./resolve.mjs";
import {listen} from "./wedge.mjs";
import {words} from "./words.mjs";

const SAME_CODE_MS = 2500;
const BETWEEN_LOOKS_MS = 60;
const STRAIGHT_ON = new Set(["batch", "container", "bind"]);
const LEAVE_AFTER_MS = 350;

const part = (id) => document.getElementById(id);
const root = part("scan");
const {say, kind} = words();
const resolve = resolver(root.dataset.resolve);
const readPhoto = photoReader(root.dataset.decode, root.dataset.csrf);

// --- what was found ---------------------------------------------------------------------------------------------------

const last = {text: null, at: 0};
let asking = false;

async function found(text) {
  const now = performance.now();
  const repeated = text === last.text;
  if (asking || (repeated && now - last.at < SAME_CODE_MS)) {
    if (repeated) last.at = now;
    return;
  }
  Object.assign(last, {text, at: now});
  if (repeated) signal("repeated", part("viewfinder"));
  asking = true;
  try {
    show([await resolve(text)], {repeated});
  } catch (error) {
    refuse(error instanceof NoAnswer && error.detail ? error.detail : say("said.no_network"));
  } finally {
    asking = false;
  }
}

function show(resolutions, {repeated = false} = {}) {
  part("answer").replaceChildren(...resolutions.map((each) => card(each, repeated)));
  const good = resolutions.some((each) => STRAIGHT_ON.has(each.answer));
  if (!repeated) signal(good ? "new" : "refused", part("viewfinder"));
  const [only] = resolutions;
  if (resolutions.length === 1 && STRAIGHT_ON.has(only.answer) && only.href) setTimeout(() => location.assign(only.href), LEAVE_AFTER_MS);
  else part("answer").scrollIntoView({block: "nearest"});
}

function card(resolution, repeated) {
  const {answer, scheme, normalised, href} = resolution;
  const code = scheme === "registry" ? grouped(normalised) : (normalised ?? "");
  const lines = [line(say(`answer.${answer}`)), code && line(Object.assign(document.createElement("span"), {className: "code", textContent: code}))];
  if (repeated) lines.push(line(say("said.repeated")));
  if (href && say(`step.${answer}`)) {
    const link = Object.assign(document.createElement("a"), {className: "btn btn-main", href, textContent: say(`step.${answer}`)});
    lines.push(line(link));
  }
  return notice(kind(`answer.${answer}`), lines.filter(Boolean));
}

function refuse(text) {
  part("answer").replaceChildren(notice("warn", [line(text)]));
  signal("refused", part("viewfinder"));
}

function line(content) {
  const paragraph = document.createElement("p");
  paragraph.append(content);
  return paragraph;
}

function notice(tone, lines) {
  const box = Object.assign(document.createElement("div"), {className: `notice notice-${tone}`});
  const body = document.createElement("div");
  body.append(...lines);
  box.append(body);
  return box;
}

// --- camera -----------------------------------------------------------------------------------------------------------

const viewfinder = part("viewfinder");
const video = part("camera");
let camera = null;
let opening = 0;
const HOPELESS = new Set(["no_https", "no_api"]); // no button helps here

function state(name, word) {
  viewfinder.dataset.state = name;
  part("camera-say").textContent = say(`camera.${word ?? name}`);
  part("camera-start").hidden = name === "starting" || name === "live" || HOPELESS.has(word);
}

async function start(deviceId) {
  const turn = ++opening;
  stop();
  state("starting");
  const loading = decoder().catch((error) => Promise.reject(new CameraRefused("no_decoder", error)));
  loading.catch(() => {}); // fetched while the camera opens; where there is no camera its absence is the news
  try {
    const opened = await open(video, deviceId ? {deviceId} : {});
    if (turn !== opening) return opened.stop();
    camera = opened;
    const detector = await loading;
    viewfinder.dataset.engine = detector.engine;
    state("live", "aim");
    camera.track.addEventListener("ended", () => turn === opening && lost("lost"));
    await tools();
    void look(detector, turn);
  } catch (error) {
    if (turn === opening) lost(error instanceof CameraRefused ? error.reason : "unknown");
  }
}

function stop() {
  camera?.stop();
  camera = null;
  video.srcObject = null;
}

function lost(reason) {
  stop();
  state("off", reason);
}

async function look(detector, turn) {
  const looker = new Looker(detector);
  while (turn === opening && camera) {
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !document.hidden && !asking) {
      const marks = await looker.look(video, video.videoWidth, video.videoHeight);
      if (marks.length > 0 && turn === opening) await found(looker.nearest(marks).text);
    }
    await new Promise((next) => setTimeout(next, BETWEEN_LOOKS_MS));
  }
}

async function tools() {
  const torch = part("torch");
  torch.hidden = !camera.hasTorch;
  torch.setAttribute("aria-pressed", "false");
  const all = await camera.cameras();
  const choice = part("camera-choice");
  choice.hidden = all.length < 2;
  choice.replaceChildren(
    ...all.map(({deviceId, label}, at) => new Option(label || `${say("camera.number")} ${at + 1}`, deviceId, false, deviceId === camera.deviceId)),
  );
}

part("camera-start").addEventListener("click", () => start());
part("camera-choice").addEventListener("change", (event) => start(event.target.value));
part("torch").addEventListener("click", async (event) => {
  const on = event.currentTarget.getAttribute("aria-pressed") !== "true";
  event.currentTarget.setAttribute("aria-pressed", String(on));
  await camera?.torch(on).catch(() => {});
});
// A camera left open in a pocket empties the battery; iOS takes it away from a hidden page anyway.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden || !camera) return;
  opening += 1;
  lost("paused");
});

// --- photo, typed code, wedge -----------------------------------------------------------------------------------------

part("photo").addEventListener("submit", (event) => event.preventDefault());
part("photo-file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  part("answer").replaceChildren(notice("info", [line(say("photo.reading"))]));
  try {
    const resolutions = (await onPhone(file)) ?? (await readPhoto(file)).marks.map((mark) => mark.resolution);
    if (resolutions.length > 0) show(resolutions);
    else refuse(say("photo.none"));
  } catch (error) {
    refuse(error instanceof NoAnswer && error.detail ? error.detail : say("said.no_network"));
  } finally {
    event.target.value = ""; // the same photo may be chosen again
  }
});

/** Read on the phone where it can: less to send. Null when it found nothing, so that the server may try harder. */
async function onPhone(file) {
  let marks;
  try {
    const picture = await createImageBitmap(file);
    marks = await (await decoder()).detect(picture);
    picture.close();
  } catch {
    return null;
  }
  const texts = [...new Set(marks.map((mark) => mark.text))];
  return texts.length === 0 ? null : Promise.all(texts.map(resolve));
}

const hint = part("text-hint");
const usual = hint.textContent;
const HINT_KIND = {ok: "hint-ok", wrong: "hint-bad"};

part("text").addEventListener("input", (event) => {
  const {state: verdict, code} = judge(event.target.value);
  const shown = {empty: null, long: "other", character: /[IOUL]/.test(code) && code.length <= 12 ? "character" : "other"};
  const word = verdict in shown ? shown[verdict] : verdict;
  hint.textContent = word === null ? usual : [say(`typed.${word}`), word === "ok" && grouped(code)].filter(Boolean).join(" · ");
  hint.className = `field-hint ${HINT_KIND[word] ?? ""}`;
});
part("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  last.text = null; // who asks by hand wants to be answered again
  void found(part("text").value.trim());
});
listen((text) => void found(text));

// --- begin ------------------------------------------------------------------------------------------------------------

viewfinder.hidden = false;
const reason = impossible();
if (reason) state("off", reason);
else void start();
