// What a scanned text is, as far as a phone without a network can tell. The server's resolver knows better when it can be asked.
import {judge, normalise} from "../scan/registry_code.mjs";

const SYMBOLOGY = /^\][A-Za-z]\d/u;
const BATTERY = /^[0-9A-Z]{18,19}$|^[0-9A-Z]{24}$/u;
const LONGEST_NAME = 120;

/** {scheme, value} with scheme registry · gb34014 · serial, or {refused: foreign · mistyped · unreadable}. `hosts`: ours. */
export function read(text, hosts) {
  const folded = text.normalize("NFKC").trim().replace(SYMBOLOGY, "").replace(/[\u0000-\u001f\u007f]/gu, "");
  if (!/[\p{L}\p{N}]/u.test(folded)) return {refused: "unreadable"};
  const address = addressOf(folded, hosts);
  if (address) return ofAddress(address, hosts);
  return bare(folded);
}

function addressOf(text, hosts) {
  const joined = text.replaceAll("。", ".").replaceAll("、", "/").replace(/\s/gu, "");
  if (/^https?:\/\//iu.test(joined)) return joined;
  return hosts.some((host) => joined.toLowerCase().startsWith(`${host}/`)) ? `https://${joined}` : null;
}

function ofAddress(address, hosts) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return {refused: "unreadable"};
  }
  if (!hosts.includes(url.host.toLowerCase())) return {refused: "foreign"};
  const found = /^(?:.*\/)?b\/([^/]+)\/?$/iu.exec(url.pathname);
  if (!found) return {refused: "unreadable"};
  const {state, code} = judge(decodeURIComponent(found[1]));
  return state === "ok" ? {scheme: "registry", value: code} : {refused: "unreadable"};
}

function bare(text) {
  const {state, code} = judge(text);
  if (state === "ok") return {scheme: "registry", value: code};
  if (state === "wrong") return {refused: "mistyped"};
  if (BATTERY.test(normalise(text))) return {scheme: "gb34014", value: normalise(text)};
  return [...text].length <= LONGEST_NAME ? {scheme: "serial", value: text} : {refused: "unreadable"};
}

/** What the resolver answered, in the same shape: what may be collected, or the answer that says why not. */
export function readAnswer({answer, scheme, normalised}) {
  if (!["bind", "register"].includes(answer)) return {refused: answer};
  return {scheme: ["registry", "gb34014", "gs1"].includes(scheme) ? scheme : "serial", value: normalised};
}

/** Hosts as `read` compares them, of addresses parted by blanks. */
export function hostsOf(addresses) {
  return addresses.split(/\s+/u).filter(Boolean).map((each) => new URL(each).host.toLowerCase());
}
