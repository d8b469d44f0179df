// Fetches a long CSV with a bar: the server says how many rows will come, their line ends are counted as they arrive.
// Without this script the form is a plain download, and the browser shows its own progress.

const LINE_END = 10;

export function lineEnds(bytes) {
  let count = 0;
  for (const each of bytes) if (each === LINE_END) count += 1;
  return count;
}

// Parts of the file as they come; `tell` hears how many rows are there, without the header.
export async function gather(reader, tell) {
  const parts = [];
  let ends = 0;
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return new Blob(parts, {type: "text/csv"});
    parts.push(value);
    ends += lineEnds(value);
    tell(Math.max(0, ends - 1));
  }
}

export function nameOf(disposition) {
  return /filename="([^"]+)"/.exec(disposition ?? "")?.[1] ?? "huiliu_events.csv";
}

function keep(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const word = (name) => document.querySelector(`[data-word="${name}"]`).textContent;
const shown = (count) => count.toLocaleString("en-US");

function bind(form) {
  const [frame, bar, said, stop] = ["progress", "bar", "said", "stop"].map((name) => document.getElementById(`export-${name}`));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const aborting = new AbortController();
    stop.onclick = () => aborting.abort();
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    frame.hidden = false;
    stop.hidden = false;
    let rows = 0;
    try {
      const answer = await fetch(`${form.action}?${asked}`, {signal: aborting.signal});
      if (!answer.ok) throw new Error((await answer.json()).detail);
      const all = Number(answer.headers.get("Huiliu-Rows"));
      bar.max = Math.max(1, all);
      const blob = await gather(answer.body.getReader(), (count) => {
        rows = count;
        bar.value = count;
        said.textContent = word("export.going").replace("{rows}", shown(count)).replace("{all}", shown(all));
      });
      bar.value = bar.max;
      keep(blob, nameOf(answer.headers.get("Content-Disposition")));
      said.textContent = word("export.done").replace("{rows}", shown(rows));
    } catch (error) {
      said.textContent = aborting.signal.aborted ? word("export.stopped") : error.message || word("export.broken");
    }
    stop.hidden = true;
  });
}

const form = globalThis.document?.getElementById("export");
if (form) bind(form);
