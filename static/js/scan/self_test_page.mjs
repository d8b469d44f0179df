// The self-test: runs every check, says each in words, and gives the whole as text to copy.
import {CHECKS, examine, report} from "./checks.mjs";
import {prove} from "./decoder.mjs";

const list = document.getElementById("checks");
const text = document.getElementById("report");
const word = (key) => document.querySelector(`#check-words [data-word="${key}"]`)?.textContent.trim() ?? key;

function row({id, state, word: said, value}) {
  const item = Object.assign(document.createElement("li"), {className: `check-row check-${state}`});
  const name = Object.assign(document.createElement("strong"), {textContent: word(id)});
  const chip = Object.assign(document.createElement("span"), {
    className: `chip ${{ok: "chip-stock", warn: "chip-warn", bad: "chip-bad"}[state]}`,
    textContent: word(`state.${state}`),
  });
  const words = Object.assign(document.createElement("p"), {textContent: [word(`${id}.${said}`), value].filter(Boolean).join(" · ")});
  item.append(name, chip, words);
  return item;
}

async function run() {
  list.setAttribute("aria-busy", "true");
  const results = await examine(window, prove);
  list.replaceChildren(...results.map(row));
  list.removeAttribute("aria-busy");
  text.value = report(results, window);
  document.getElementById("copy").disabled = false;
  document.body.dataset.tested = String(results.length === Object.keys(CHECKS).length);
}

document.getElementById("again").addEventListener("click", run);
document.getElementById("copy").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  text.select();
  // Without HTTPS there is no clipboard; the old command still copies what is selected.
  const copied = await navigator.clipboard?.writeText(text.value).then(() => true, () => false) ?? document.execCommand("copy");
  if (copied) button.lastChild.textContent = word("copied");
});
void run();
