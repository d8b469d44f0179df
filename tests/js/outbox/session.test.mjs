import assert from "node:assert/strict";
import {test} from "node:test";
import {sessionReader} from "../../../static/js/outbox/session.mjs";

const ours = {service: "huiliu", user: "u1", token: "t", now: "2026-03-01T00:00:10+00:00"};
const json = (body, more) => new Response(JSON.stringify(body), {headers: {"Content-Type": "application/json", ...more?.headers}, status: more?.status});
const reason = (wanted) => (error) => error.reason === wanted;

function reader(answer, times = [0, 0, 0]) {
  return sessionReader({fetch: async () => answer(), clock: () => Date.UTC(2026, 2, 1) + (times.length > 1 ? times.shift() : times[0])});
}

test("who is signed in, and how far the clock is off, taken at the middle of the exchange", async () => {
  assert.deepEqual(await reader(() => json(ours), [0, 0, 400])(), {user: "u1", token: "t", clock_offset_ms: 9_800});
});

test("an exchange that took long says nothing about the clock", async () => {
  assert.equal((await reader(() => json(ours), [0, 0, 6_000])()).clock_offset_ms, null);
});

test("a portal's page, its redirect and foreign JSON are no session", async () => {
  for (const answer of [new Response("<html>", {headers: {"Content-Type": "text/html"}}), Response.redirect("http://portal.example/"), json({user: "u1"})]) {
    await assert.rejects(reader(() => answer)(), reason("redirected"));
  }
});

test("no network, a busy and a broken server are told apart", async () => {
  const dead = () => {
    throw new TypeError("Failed to fetch");
  };
  await assert.rejects(reader(dead)(), reason("no_network"));
  await assert.rejects(reader(() => json({}, {status: 502}))(), reason("server_down"));
  await assert.rejects(reader(() => json({}, {status: 429, headers: {"Retry-After": "7"}}))(), (error) => error.asked_ms === 7_000);
});
