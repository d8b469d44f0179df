// Checks a file by its SHA-256, computed here: only the digest leaves the device. What is no published file is handed in by the form,
// which also works without this script, and where the browser computes no digests (an address without TLS).

export async function digestOf(bytes, subtle = globalThis.crypto?.subtle) {
  const digest = await subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (each) => each.toString(16).padStart(2, "0")).join("");
}

export async function ask(sha256, fetcher = fetch) {
  const answer = await fetcher("/api/v1/verify", {
    method: "POST",
    headers: {"Content-Type": "application/json", "X-CSRFToken": token()},
    body: JSON.stringify({sha256}),
  });
  return answer.ok ? await answer.json() : null;
}

function token() {
  return globalThis.document?.querySelector("input[name=csrf_token]")?.value ?? "";
}

const word = (name) => document.querySelector(`[data-word="${name}"]`).textContent;

function bind(form) {
  const said = form.querySelector("#verify-said");
  const say = (text, kind) => {
    said.hidden = false;
    said.className = `notice notice-${kind}`;
    said.textContent = text;
  };
  form.addEventListener("submit", async (event) => {
    if (form.dataset.handing || !globalThis.crypto?.subtle) return;
    event.preventDefault();
    try {
      const files = [...form.file.files].filter((each) => !each.name.endsWith(".sig"));
      if (files.length !== 1) throw new RangeError("one file at a time is looked up");
      say(word("verify.hashing"), "info");
      const sha256 = await digestOf(await files[0].arrayBuffer());
      const verdict = await ask(sha256);
      if (verdict?.genuine) {
        const code = verdict.publication.code;
        say(`${word("verify.published")} SHA-256 ${sha256}`, "ok");
        if (!location.pathname.toUpperCase().endsWith(code)) {
          const link = document.createElement("a");
          link.href = `/verify/${code}`;
          link.textContent = ` ${code}`;
          said.append(link);
        }
        const row = document.querySelector(`[data-sha256="${sha256}"]`);
        row?.setAttribute("aria-current", "true");
        row?.closest("details")?.setAttribute("open", "");
        return;
      }
      say(word("verify.sending"), "info");
    } catch {
      // The form itself still knows the way.
    }
    form.dataset.handing = "yes";
    form.requestSubmit();
  });
}

const form = globalThis.document?.getElementById("verify-form");
if (form) bind(form);
