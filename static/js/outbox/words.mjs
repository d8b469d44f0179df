// The words a page was given in its language (<dl data-words> of the templates): the scripts hold none of their own.

/** say("wait.day", {n: 3}): `{n}` in the words is filled; "" for a key the page does not have. */
export function words(root = document) {
  const found = new Map([...root.querySelectorAll("[data-words] [data-word]")].map((each) => [each.dataset.word, each.textContent.trim()]));
  return (key, facts = {}) => (found.get(key) ?? "").replace(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole));
}

/** An element with its properties and children, which may be null. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((each) => each !== null && each !== ""));
  return made;
}

/** One of the house's icons. */
export function icon(name, more = "") {
  const space = "http://www.w3.org/2000/svg";
  const drawn = document.createElementNS(space, "svg");
  drawn.setAttribute("class", `icon ${more}`);
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `/static/img/icons.svg#${name}`);
  drawn.append(use);
  return drawn;
}
