// Asks the registry what a text names, and what is in a photo. A page of a captive portal is no answer.

export class NoAnswer extends Error {
  constructor(detail, cause) {
    super(detail ?? "no answer", {cause});
    this.detail = detail ?? null; // the problem's own words, in the page's language
  }
}

export function resolver(url) {
  return (text) => ask(`${url}?${new URLSearchParams({text})}`);
}

export function photoReader(url, csrf) {
  return (photo) => {
    const body = new FormData();
    body.append("photo", photo, "photo.jpg");
    return ask(url, {method: "POST", body, headers: {"X-CSRFToken": csrf}});
  };
}

async function ask(url, options = {}) {
  let response;
  try {
    response = await fetch(url, {credentials: "same-origin", ...options, headers: {Accept: "application/json", ...options.headers}});
  } catch (error) {
    throw new NoAnswer(null, error);
  }
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.includes("json")) throw new NoAnswer(null);
  const body = await response.json();
  if (!response.ok) throw new NoAnswer(body.detail || body.title);
  return body;
}
