// The print button of a label: the paper's size is in css/label.css.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
