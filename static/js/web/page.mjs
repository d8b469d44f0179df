// On every page: a form is sent once, a refusal is read first, an open menu closes when one looks elsewhere.

function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-busy", "true");
  });
}

for (const form of document.querySelectorAll("form[data-once]")) sendOnce(form);

// A page taken back from the browser's cache may be sent again: the event id in it makes that harmless.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
});

document.querySelector("[data-focus]")?.focus();

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
});

for (const field of document.querySelectorAll("[data-submit-on-change]")) field.addEventListener("change", () => field.form.requestSubmit());
