// An outbox file as a sequence of QR codes, for two phones with no network between them.
//
//   HUILIU1/<packing>/<digest>/<number>/<total>/<piece>
// The file's UTF-8 bytes, packed (Z: deflated, T: as they are), are cut into base64url pieces numbered from 1. `digest`,
// the first 16 bytes of the packed bytes' SHA-256, names the hand-over and proves the whole: pieces may come in any order,
// again, and among those of another hand-over.

import {OutboxError} from "./outbox_error.mjs";
import {base64url} from "./outbox_file.mjs";

const MARK = "HUILIU1";
const PIECE_CHARS = 360; // a code of 69 modules, which a camera reads off a screen at arm's length
const MOST_PIECES = 60;
const MOST_BYTES = 400_000; // unpacked: a small code may hold a very long text
const MOST_AT_ONCE = 4; // hand-overs that are collected side by side
const FRAME = /^HUILIU1\/([ZT])\/([\w-]{22})\/([1-9]\d?)\/([1-9]\d?)\/([\w-]{1,400})$/;

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const digestOf = async (bytes, subtle) => base64url((await subtle.digest("SHA-256", bytes)).slice(0, 16));
const piped = (bytes, through) => new Blob([bytes]).stream().pipeThrough(through);

/** The texts of the codes. OutboxError `too_large` where a person would have to film for minutes. */
export async function framesOf(text, {subtle = crypto.subtle, Packer = globalThis.CompressionStream} = {}) {
  const plain = new TextEncoder().encode(text);
  const bytes = Packer ? new Uint8Array(await new Response(piped(plain, new Packer("deflate-raw"))).arrayBuffer()) : plain;
  const pieces = base64url(bytes).match(new RegExp(`.{1,${PIECE_CHARS}}`, "g"));
  if (pieces.length > MOST_PIECES || plain.length > MOST_BYTES) throw new OutboxError("too_large");
  const head = `${MARK}/${Packer ? "Z" : "T"}/${await digestOf(bytes, subtle)}`;
  return pieces.map((piece, at) => `${head}/${at + 1}/${pieces.length}/${piece}`);
}

export class Pieces {
  #sets = new Map(); // head → Map of number → piece
  #done = new Set();
  #subtle;
  #Unpacker;

  constructor({subtle = globalThis.crypto?.subtle, Unpacker = globalThis.DecompressionStream} = {}) {
    this.#subtle = subtle;
    this.#Unpacker = Unpacker;
  }

  /**
   * Takes one scanned text → {state, have, total, text}: foreign (none of ours, left alone) · new · repeated · complete (with
   * the file's `text`, once) · damaged (the whole is not what its digest names: begin again) · too_old (this browser cannot unpack).
   */
  async add(frame) {
    const found = FRAME.exec(frame.trim());
    if (!found || Number(found[3]) > Number(found[4]) || Number(found[4]) > MOST_PIECES) return {state: "foreign"};
    const [, packing, digest, number, count, piece] = found;
    const total = Number(count);
    const head = `${packing}/${digest}/${total}`;
    if (this.#done.has(head)) return {state: "repeated", have: total, total};
    if (packing === "Z" && !this.#Unpacker) return {state: "too_old"};
    const pieces = this.#set(head);
    if (pieces.has(Number(number))) return {state: "repeated", have: pieces.size, total};
    pieces.set(Number(number), piece);
    if (pieces.size < total) return {state: "new", have: pieces.size, total};
    return this.#whole(head, {packing, digest, total, pieces});
  }

  #set(head) {
    const there = this.#sets.get(head) ?? new Map();
    this.#sets.delete(head); // put last: the one longest left alone gives way
    this.#sets.set(head, there);
    if (this.#sets.size > MOST_AT_ONCE) this.#sets.delete(this.#sets.keys().next().value);
    return there;
  }

  async #whole(head, {packing, digest, total, pieces}) {
    this.#sets.delete(head);
    try {
      const bytes = bytesOf(Array.from({length: total}, (_, at) => pieces.get(at + 1)).join(""));
      if ((await digestOf(bytes, this.#subtle)) !== digest) return {state: "damaged"};
      const text = new TextDecoder("utf-8", {fatal: true}).decode(await this.#unpacked(packing, bytes));
      this.#done.add(head);
      return {state: "complete", have: total, total, text};
    } catch {
      return {state: "damaged"};
    }
  }

  async #unpacked(packing, bytes) {
    if (packing === "T") return bytes;
    const reader = piped(bytes, new this.#Unpacker("deflate-raw")).getReader();
    const parts = [];
    let length = 0;
    for (let {done, value} = await reader.read(); !done; {done, value} = await reader.read()) {
      parts.push(value);
      if ((length += value.length) > MOST_BYTES) throw new OutboxError("too_large");
    }
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  }
}
