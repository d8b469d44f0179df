// What a phone needs for scanning, asked one by one: each check gives {id, state, word, value} and never throws.
// state: ok · warn (another way is left) · bad. `word` names the sentence on the page. No DOM here; `scope` is the window.
import {impossible} from "./camera.mjs";

const CLOCK_LIMIT_S = 600; // the server refuses a date more than ten minutes ahead
const SLOW_MS = 3000;

export const CHECKS = {https, inside, camera, permission, cameras, decoder, storage, network, clock};

export async function examine(scope, read) {
  const results = [];
  for (const [id, check] of Object.entries(CHECKS)) {
    try {
      results.push({id, value: "", ...(await check(scope, read))});
    } catch (error) {
      results.push({id, state: "bad", word: "failed", value: String(error?.message ?? error)});
    }
  }
  return results;
}

function https(scope) {
  return scope.isSecureContext ? {state: "ok", word: "ok"} : {state: "bad", word: "no", value: scope.location.origin};
}

/** In-app browsers lend no camera, or a poor one: WeChat, Alipay, DingTalk, QQ. */
function inside(scope) {
  const found = /MicroMessenger|AlipayClient|DingTalk|QQ\//.exec(scope.navigator.userAgent);
  return found ? {state: "warn", word: "app", value: found[0].replace("/", "")} : {state: "ok", word: "ok"};
}

function camera(scope) {
  const reason = impossible(scope);
  return reason === null ? {state: "ok", word: "ok"} : {state: "bad", word: reason};
}

async function permission(scope) {
  const query = scope.navigator.permissions?.query;
  if (!query) return {state: "warn", word: "unknown"};
  const {state} = await query.call(scope.navigator.permissions, {name: "camera"}).catch(() => ({state: "unknown"}));
  return {state: {granted: "ok", prompt: "ok", denied: "bad"}[state] ?? "warn", word: state};
}

async function cameras(scope) {
  const devices = await scope.navigator.mediaDevices?.enumerateDevices?.();
  const count = (devices ?? []).filter((each) => each.kind === "videoinput").length;
  return count > 0 ? {state: "ok", word: "some", value: String(count)} : {state: "bad", word: "none"};
}

async function decoder(scope, read) {
  const began = scope.performance.now();
  const {engine, proven} = await read();
  const value = `${engine} ${Math.round(scope.performance.now() - began)} ms`;
  return proven ? {state: "ok", word: "ok", value} : {state: "bad", word: "blind", value};
}

async function storage(scope) {
  if (!scope.indexedDB) return {state: "bad", word: "no"};
  await new Promise((done, fail) => {
    const request = scope.indexedDB.open("huiliu-self-test", 1);
    request.onsuccess = () => {
      request.result.close();
      scope.indexedDB.deleteDatabase("huiliu-self-test");
      done();
    };
    request.onerror = () => fail(request.error);
  });
  const kept = (await scope.navigator.storage?.persisted?.()) ?? false;
  return {state: "ok", word: kept ? "kept" : "ok"};
}

async function network(scope) {
  const began = scope.performance.now();
  const answer = await scope.fetch("/healthz", {cache: "no-store"}).catch(() => null);
  if (answer === null) return {state: "bad", word: "none"};
  const body = await answer.json().catch(() => null);
  if (body?.status !== "ok") return {state: "bad", word: "portal"};
  const took = Math.round(scope.performance.now() - began);
  return {state: took > SLOW_MS ? "warn" : "ok", word: took > SLOW_MS ? "slow" : "ok", value: `${took} ms`};
}

async function clock(scope) {
  const answer = await scope.fetch("/healthz", {cache: "no-store"}).catch(() => null);
  const told = Date.parse(answer?.headers.get("Date") ?? "");
  if (Number.isNaN(told)) return {state: "warn", word: "unknown"};
  const ahead = Math.round((scope.Date.now() - told) / 1000);
  const value = `${ahead > 0 ? "+" : ""}${ahead} s`;
  return Math.abs(ahead) > CLOCK_LIMIT_S ? {state: "bad", word: "wrong", value} : {state: "ok", word: "ok", value};
}

/** The whole as plain text, to be copied into a message to whoever can help. */
export function report(results, scope) {
  const lines = results.map(({id, state, word, value}) => `${state.padEnd(4)} ${id}: ${word} ${value}`.trimEnd());
  return [`Huiliu ${scope.location.href}`, new scope.Date().toISOString(), scope.navigator.userAgent, ...lines].join("\n");
}
