import { describe, expect, it } from "vitest";
import { nextOf } from "../src/crash_view";
import { changedPieces, type LiveState, nothing, update, withoutDirectory, workers } from "../src/live_state";
import { facts } from "../src/tree_view";
import type { AnyEvent, Hello } from "../src/wire";
import { crashed, node } from "./fakes";

const restarted: AnyEvent = {
  type: "WorkerRestarted",
  number: 2,
  time: 2,
  worker: "till",
  restarts: 1,
  max_restarts: 3,
  max_seconds: 5,
};
const gaveUp: AnyEvent = {
  type: "SupervisorGaveUp",
  number: 3,
  time: 3,
  supervisor: "shop",
  restarts: 4,
  max_restarts: 3,
  max_seconds: 5,
};

const having = (...events: AnyEvent[]): LiveState =>
  events.reduce((state, event) => update(state, { type: "event", event }), nothing);

describe("crashes", () => {
  it("say what their supervisor will do, then what it did", () => {
    const first = having(crashed(1)).crashes[0];
    const then = having(crashed(1), restarted).crashes[0];
    expect([first && nextOf(first), then && nextOf(then)]).toEqual([
      "Supervisor 'shop' restarts it (2 of 3 in 5 s left).",
      "Restarted: 1 of at most 3 restarts in 5 s.",
    ]);
  });

  it("say that the supervisor gave up", () => {
    const crash = having(crashed(1), gaveUp).crashes[0];
    expect(crash && nextOf(crash)).toBe("'shop' gave up: more than 3 restarts in 5 s.");
  });

  it("name the sandbox's files without its directory", () => {
    const hello = { directory: "/home/ada/shop" } as Hello;
    expect(withoutDirectory("ValueError (/home/ada/shop/till.py, line 3)", hello)).toBe("ValueError (till.py, line 3)");
  });

  it("are newest first", () => {
    expect(having(crashed(1), crashed(4)).crashes.map((crash) => crash.what.number)).toEqual([4, 1]);
  });

  it("stay away once dismissed, also when the past is read again", () => {
    const state = having(crashed(1), crashed(4));
    const crash = state.crashes[0];
    if (!crash) throw new Error("no crash");
    const dismissed = update(state, { type: "dismissed", crash });
    const read = update(dismissed, { type: "past", events: [crashed(1), crashed(4)] });
    expect(read.crashes.map((one) => one.what.number)).toEqual([1]);
  });
});

describe("state", () => {
  const roots = [
    node({ id: "s", kind: "supervisor", children: [node({ id: "t", state: "{'total': 5, 'cur': 'EUR'}" })] }),
  ];
  const reloaded: AnyEvent = {
    type: "Reloaded",
    number: 1,
    time: 0,
    kind: "reload",
    summary: "",
    versions: { till: 2 },
    objects: [],
    duration_ms: 1,
  };

  it("keeps each worker's state from before the reload", () => {
    const state = update({ ...nothing, roots }, { type: "event", event: reloaded });
    expect(state.before).toEqual({ t: "{'total': 5, 'cur': 'EUR'}" });
  });

  it("marks only the fields that changed, and keeps every character", () => {
    const now = "{'total': 7, 'cur': 'EUR', 'open': True}";
    const pieces = changedPieces("{'total': 5, 'cur': 'EUR'}", now);
    expect(pieces.map((piece) => piece.text).join("")).toBe(now);
    expect(pieces.filter((piece) => piece.changed).map((piece) => piece.text)).toEqual([
      "'total': 7, ",
      "'open': True",
    ]);
  });

  it("lists the workers of all trees", () => {
    expect(workers([...roots, node({ id: "lone" })]).map((worker) => worker.id)).toEqual(["t", "lone"]);
  });
});

describe("usage", () => {
  it("keeps the last forty samples of the load", () => {
    const usage = { type: "Usage" as const, memory_bytes: 1, memory_limit_bytes: 0, threads: 1, uptime_s: 1 };
    let state = nothing;
    for (let turn = 0; turn < 50; turn++)
      state = update(state, { type: "sample", sample: { ...usage, cpu_percent: turn } });
    expect([state.load.length, state.load[0], state.load.at(-1)]).toEqual([40, 10, 49]);
  });
});

describe("facts of a node", () => {
  const supervisor = node({ kind: "supervisor", strategy: "one_for_one", max_restarts: 3, max_seconds: 5 });
  it.each([
    [node({ module: "till", mailbox: 3 }), "till v2 · 3 waiting"],
    [node({ module: "printer" }), "printer"],
    [supervisor, "one_for_one · at most 3 restarts in 5 s"],
    [{ ...supervisor, restarts: 1 }, "one_for_one · 1 of 3 restarts used in 5 s"],
  ])("are %#", (given, expected) => expect(facts(given, { till: 2 })).toBe(expected));
});
