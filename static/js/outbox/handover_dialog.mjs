// What is queued, shown as QR codes one after the other, for another phone's camera.

import {store} from "./frame.mjs";
import {framesOf} from "./handover.mjs";
import {MOST_HANDED_OVER, handoverFile} from "./outbox_file.mjs";
import {words} from "./words.mjs";

const EACH_MS = 350; // longer than a phone needs to look and read
const QUIET = 4; // modules
const DOTS = 6; // of the canvas for one module; the style sheet scales it
const say = words();
const part = (id) => document.getElementById(id);
let frames = [];
let at = 0;
let timer = null;

/** Opens the dialog. What stands in the way is told in it, with the way that is left: the file. */
export async function handOver() {
  frames = [];
  part("handover").dataset.state = "said";
  part("handover-said").textContent = "";
  part("handover").showModal();
  try {
    const {text} = await handoverFile({store});
    frames = await framesOf(text);
    const {qrcode} = await import("../../vendor/qr.mjs");
    begin(qrcode);
  } catch (error) {
    part("handover-said").textContent = say(`handover.${error?.code}`, {n: MOST_HANDED_OVER}) || say("handover.failed");
  }
}

let draw = () => {};

function begin(qrcode) {
  const {size, paint} = painter(qrcode, frames[0].length);
  draw = () => {
    paint(frames[at]);
    part("handover-at").textContent = say("handover.at", {n: at + 1, all: frames.length});
  };
  Object.assign(part("handover-code"), {width: size, height: size});
  part("handover").dataset.state = frames.length > 1 ? "many" : "one";
  turn(-at);
  run(frames.length > 1 && !matchMedia("(prefers-reduced-motion: reduce)").matches);
}

// The first code is as long as any: all are drawn in its size, so that the picture stands still.
function painter(qrcode, longest) {
  const first = qrcode(0, "L");
  first.addData("x".repeat(longest), "Byte");
  first.make();
  const type = (first.getModuleCount() - 17) / 4;
  return {size: (first.getModuleCount() + 2 * QUIET) * DOTS, paint: (text) => paint(qrcode, type, text)};
}

function paint(qrcode, type, text) {
  const code = qrcode(type, "L");
  code.addData(text, "Byte");
  code.make();
  const context = part("handover-code").getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  context.fillStyle = "#000";
  const count = code.getModuleCount();
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (code.isDark(row, column)) context.fillRect((column + QUIET) * DOTS, (row + QUIET) * DOTS, DOTS, DOTS);
    }
  }
}

function turn(by) {
  at = (at + by + frames.length) % frames.length;
  draw();
}

function run(running) {
  clearInterval(timer);
  timer = running ? setInterval(() => turn(1), EACH_MS) : null;
  part("handover-run").textContent = say(running ? "handover.pause" : "handover.run");
}

function step(by) {
  run(false);
  turn(by);
}

part("handover-run").addEventListener("click", () => run(timer === null));
part("handover-before").addEventListener("click", () => step(-1));
part("handover-after").addEventListener("click", () => step(1));
part("handover").addEventListener("close", () => run(false));
