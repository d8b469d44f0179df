// Reads the marks in a picture: the browser's own BarcodeDetector where it proves that it works, else our own copy of
// zxing-wasm, loaded only then. Nothing is asked of any other host.

const OURS = ["qr_code"];
const OTHERS = ["data_matrix", "code_128", "ean_13"]; // of other systems: several times the cost of QR alone
const OTHERS_EVERY = 4;
const PATIENCE_MS = 3000;

// A small QR that holds "7K", row by row, "1" is dark. A detector that cannot read this one is not used: several phones
// offer a BarcodeDetector that finds nothing, or never answers.
const PROOF_TEXT = "7K";
const PROOF = [
  "111111100110101111111", "100000101011001000001", "101110100110101011101", "101110100100001011101",
  "101110101111101011101", "100000100011001000001", "111111101010101111111", "000000000000000000000",
  "101010100010100010010", "111110011001010101001", "100110111101011100110", "010011011001110111010",
  "010000100011011100111", "000000001100001000100", "111111100010100010001", "100000100010001000100",
  "101110101010101010101", "101110100101010101010", "101110101011011101101", "100000100111110111011",
  "111111101101011101101",
];

let ready = null;

/**
 * A detector: {engine, detect, glance}, the same one at every call. Both take a picture and give
 * [{text, format, corners: [{x, y} ×4]}]: `detect` tries every kind of mark; `glance` is for a camera's frame after
 * frame and tries the kinds of other systems on some frames only.
 */
export function decoder() {
  ready ??= choose();
  return ready.catch((error) => {
    ready = null; // a failed download may be tried again
    throw error;
  });
}

/** Whether the chosen detector reads the proof: for the self-test. */
export async function prove() {
  const detector = await decoder();
  const found = await detector.detect(await proof());
  return {engine: detector.engine, proven: found.some((each) => each.text === PROOF_TEXT)};
}

async function choose() {
  const native = await within(ownDetector(), PATIENCE_MS).catch(() => null);
  return native ?? wasmDetector();
}

async function ownDetector() {
  const Detector = globalThis.BarcodeDetector;
  if (!Detector) return null;
  const supported = await Detector.getSupportedFormats();
  if (!supported.includes("qr_code")) return null;
  const detector = new Detector({formats: [...OURS, ...OTHERS].filter((each) => supported.includes(each))});
  const found = await detector.detect(await proof());
  const all = reads(detector);
  return found.some((each) => each.rawValue === PROOF_TEXT) ? {engine: "BarcodeDetector", detect: all, glance: all} : null;
}

async function wasmDetector() {
  const {BarcodeDetector, prepareZXingModule} = await import("../../vendor/barcode_detector.mjs");
  await prepareZXingModule?.({fireImmediately: true});
  // At a first visit the service worker came too late to see it pass.
  void globalThis.navigator?.serviceWorker?.ready.then(({active}) => active?.postMessage({keep: "decoder"}));
  return {engine: "zxing-wasm", ...taking(reads(new BarcodeDetector({formats: OURS})), reads(new BarcodeDetector({formats: OTHERS})))};
}

/** `detect` and `glance` made of a reader of our own marks and one of all others. Pure. */
export function taking(ours, others) {
  let without = 0;
  return {
    async detect(picture) {
      const found = await ours(picture);
      return found.length > 0 ? found : others(picture);
    },
    async glance(picture) {
      const found = await ours(picture);
      without = found.length > 0 ? 0 : without + 1;
      return without > 0 && without % OTHERS_EVERY === 0 ? others(picture) : found;
    },
  };
}

function reads(detector) {
  return async (picture) => {
    const found = await detector.detect(picture);
    return found
      .filter((each) => each.rawValue)
      .map((each) => ({text: each.rawValue, format: each.format, corners: each.cornerPoints}));
  };
}

function within(promise, ms) {
  return Promise.race([promise, new Promise((_, fail) => setTimeout(() => fail(new Error("no answer")), ms))]);
}

async function proof() {
  const scale = 6;
  const margin = 4;
  const side = (PROOF.length + 2 * margin) * scale;
  const canvas = Object.assign(document.createElement("canvas"), {width: side, height: side});
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, side, side);
  context.fillStyle = "#000";
  PROOF.forEach((row, y) =>
    [...row].forEach((dark, x) => dark === "1" && context.fillRect((x + margin) * scale, (y + margin) * scale, scale, scale)),
  );
  return createImageBitmap(canvas);
}
