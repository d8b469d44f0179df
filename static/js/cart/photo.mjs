// The texts of the marks in a photo: read on the phone where it can, for then nothing is sent; else by the server.
import {sessionToken} from "../outbox/frame.mjs";
import {decoder} from "../scan/decoder.mjs";
import {photoReader} from "../scan/resolve.mjs";

/** Each text once. Rejects where neither could look. */
export async function textsIn(photo, address) {
  const here = await onPhone(photo).catch(() => []);
  const texts = here.length ? here : (await photoReader(address, await sessionToken())(photo)).marks.map(({text}) => text);
  return [...new Set(texts)];
}

async function onPhone(photo) {
  const detector = await decoder();
  const picture = await createImageBitmap(photo);
  try {
    return (await detector.detect(picture)).map(({text}) => text);
  } finally {
    picture.close();
  }
}
