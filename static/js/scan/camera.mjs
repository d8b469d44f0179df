// The camera: open it, say plainly why it cannot be opened, let a person choose another one and switch the torch.

const REMEMBERED = "huiliu.camera";

/** What to tell a person when there is no picture: one of these words, each with its text on the page. */
export const REASONS = ["no_https", "no_api", "denied", "none", "busy", "lost", "unknown"];

const REASON_OF = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

export class CameraRefused extends Error {
  constructor(reason, cause) {
    super(reason, {cause});
    this.reason = reason;
  }
}

/** Why a camera cannot even be asked for here, or null. `scope` is the window, or a stand-in of a test. */
export function impossible(scope = globalThis) {
  if (!scope.isSecureContext) return "no_https";
  if (!scope.navigator?.mediaDevices?.getUserMedia) return "no_api";
  return null;
}

export function reasonOf(error) {
  return REASON_OF[error?.name] ?? "unknown";
}

/** Opens the camera into the video element. Throws CameraRefused. Gives {stream, stop, torch, cameras, deviceId}. */
export async function open(video, {deviceId = remembered(), scope = globalThis} = {}) {
  const reason = impossible(scope);
  if (reason) throw new CameraRefused(reason);
  const stream = await ask(scope.navigator.mediaDevices, deviceId);
  video.srcObject = stream;
  try {
    await video.play();
  } catch (error) {
    stop(stream);
    throw new CameraRefused("lost", error);
  }
  const track = stream.getVideoTracks()[0];
  const settings = track.getSettings?.() ?? {};
  if (settings.deviceId) remember(settings.deviceId);
  return {
    stream,
    track,
    deviceId: settings.deviceId ?? null,
    hasTorch: Boolean(track.getCapabilities?.().torch),
    torch: (on) => track.applyConstraints({advanced: [{torch: on}]}),
    cameras: () => cameras(scope.navigator.mediaDevices),
    stop: () => stop(stream),
  };
}

async function ask(devices, deviceId) {
  const size = {width: {ideal: 1280}, height: {ideal: 720}};
  const wishes = deviceId ? [{deviceId: {exact: deviceId}}, {facingMode: {ideal: "environment"}}] : [{facingMode: {ideal: "environment"}}];
  let last;
  for (const wish of wishes) {
    try {
      return await devices.getUserMedia({audio: false, video: {...wish, ...size}});
    } catch (error) {
      last = error;
      // A remembered camera that was unplugged is no reason to give up.
      if (!["NotFoundError", "OverconstrainedError"].includes(error?.name)) break;
    }
  }
  throw new CameraRefused(reasonOf(last), last);
}

async function cameras(devices) {
  const all = await devices.enumerateDevices();
  return all.filter((each) => each.kind === "videoinput").map(({deviceId, label}) => ({deviceId, label}));
}

function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

// Storage may be switched off: then nothing is remembered, and everything else works.
function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

function remember(deviceId) {
  try {
    localStorage.setItem(REMEMBERED, deviceId);
  } catch {
    // as above
  }
}
