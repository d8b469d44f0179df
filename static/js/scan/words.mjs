// The words the page was given in its language (templates/scanner/words.html): the scripts hold none of their own.

export function words(root = document) {
  const found = new Map([...root.querySelectorAll("#scan-words [data-word]")].map((each) => [each.dataset.word, each]));
  return {
    say: (key) => found.get(key)?.textContent.trim() ?? "",
    kind: (key) => found.get(key)?.dataset.kind ?? "warn",
  };
}
