import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Channel } from "../src/channel";
import { LiveSession } from "../src/live_session";
import type { Door } from "../src/page";
import type { Snapshot, Usage } from "../src/wire";
import { crashed, FakeModel, node } from "./fakes";

const snapshot: Snapshot = {
  type: "Snapshot",
  hello: { type: "Hello", protocol: 1, sandbox: "nb", directory: "/nb", pid: 1, python: "3", package: "0", started: 0 },
  modules: [],
  tree: [node()],
  last_event: 0,
  trees: [],
} as unknown as Snapshot;
const usage: Usage = { type: "Usage", memory_bytes: 1, memory_limit_bytes: 0, cpu_percent: 0, threads: 1, uptime_s: 1 };

function opened(answer = true) {
  const replies = (type: string) => (type === "GetSnapshot" ? snapshot : { type: "Events", events: [], last: 0 });
  const fake = new FakeModel({}, (request) => (answer ? (replies(request.type) as never) : undefined));
  const session = new LiveSession(new Channel(fake.model));
  return { fake, session };
}

describe("a live session", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("draws a burst at most twenty times a second", () => {
    const { fake, session } = opened(false);
    let frames = 0;
    session.onChange(() => {
      frames += 1;
    });
    for (let at = 0; at < 1000; at += 5) {
      fake.emit("msg:custom", { live: usage });
      vi.advanceTimersByTime(5);
    }
    expect(frames).toBeGreaterThan(10);
    expect(frames).toBeLessThanOrEqual(21);
    expect(session.state.usage).toEqual(usage);
  });

  it("draws what comes after a quiet time at once", () => {
    const { fake, session } = opened(false);
    let crashes = 0;
    session.onChange((state) => {
      crashes = state.crashes.length;
    });
    fake.happen(crashed(1));
    expect(crashes).toBe(1);
  });

  it("asks for everything again when a pushed message is missing", async () => {
    const { fake, session } = opened();
    fake.emit("msg:custom", { live: usage, seq: 1 });
    fake.emit("msg:custom", { live: usage, seq: 3 });
    await vi.advanceTimersByTimeAsync(10);
    expect(fake.sent.map(({ request }) => request.type)).toEqual(["GetSnapshot", "GetEvents"]);
    expect(session.state.roots.map(({ name }) => name)).toEqual(["till"]);
  });

  it("asks for everything again when a watched sandbox says nothing any more", async () => {
    const { fake } = opened();
    fake.emit("msg:custom", { live: usage, seq: 1 });
    await vi.advanceTimersByTimeAsync(8100);
    expect(fake.sent.map(({ request }) => request.type)).toContain("GetSnapshot");
  });

  it("knows since when a question is unanswered and since when a cell runs", async () => {
    const { session } = opened(false);
    const door = { busySince: () => 7, onChange: () => () => {} } as unknown as Door;
    session.useDoor(door);
    const began = Date.now();
    void session.open();
    await vi.advanceTimersByTimeAsync(2100);
    expect([session.state.busySince, session.state.silentSince]).toEqual([7, began]);
  });
});
