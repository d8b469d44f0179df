// Forms with lines: add a line, and say at once what is left. The server counts again; this only saves a surprise.

import {gramsOf as weightOf, kgText} from "../outbox/weights.mjs";

const gramsOf = (text) => (text.trim() ? weightOf(text).grams : null) ?? null;

function wholeOf(lines, form) {
  if (lines.dataset.whole) return Number(lines.dataset.whole);
  const typed = gramsOf(form.elements.mass?.value ?? "");
  let sum = typed ?? Number(lines.dataset.input);
  for (const box of form.querySelectorAll("[name=with]:checked")) sum += Number(box.dataset.grams);
  for (const added of form.querySelectorAll("[name=add_mass]")) sum += gramsOf(added.value) ?? 0;
  return sum;
}

function watch(lines) {
  const form = lines.closest("form");
  const balance = lines.querySelector("[data-balance]");
  const show = () => {
    let out = 0;
    for (const field of lines.querySelectorAll("[name=out_mass], [name=part]")) out += gramsOf(field.value) ?? 0;
    const whole = wholeOf(lines, form);
    balance.hidden = out === 0;
    balance.classList.toggle("balance-over", out > whole);
    const say = (name, value) => { const place = balance.querySelector(`[data-${name}]`); if (place) place.textContent = kgText(value); };
    say("in", whole);
    say("out", out);
    say("rest", whole - out);
  };
  form.addEventListener("input", show);
  lines.querySelector("[data-add-line]")?.addEventListener("click", (event) => {
    const last = [...lines.querySelectorAll("[data-line]")].at(-1);
    const copy = last.cloneNode(true);
    for (const field of copy.querySelectorAll("input")) {
      field.value = "";
      field.removeAttribute("id");
    }
    for (const label of copy.querySelectorAll("label[for]")) {
      const field = copy.querySelector(`[name="${label.htmlFor}"]`);
      field.id = `${label.htmlFor}-${lines.querySelectorAll("[data-line]").length}`;
      label.htmlFor = field.id;
    }
    last.after(copy);
    copy.querySelector("input").focus();
    event.preventDefault();
  });
  show();
}

for (const lines of document.querySelectorAll("[data-lines]")) watch(lines);
