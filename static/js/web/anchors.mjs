// A mark on the map leads to its line in the list, also where that part of the list is folded.

function unfold() {
  const target = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  const fold = target?.closest("details");
  if (!fold) return;
  fold.open = true;
  target.scrollIntoView({block: "center"});
}

window.addEventListener("hashchange", unfold);
unfold();
