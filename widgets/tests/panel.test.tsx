import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type PanelApi, PanelSession, type PanelState } from "../src/panel";
import type { Served, Snapshot } from "../src/wire";

const served = (id: string, running = true): Served => ({
  id,
  name: id,
  notebook: "",
  directory: "",
  level: "jail",
  running,
  pid: 1,
  memory_bytes: 0,
  memory_limit_bytes: 0,
  limit: "",
});

class FakeServer {
  sandboxes = [served("a"), served("b", false)];
  asked: string[] = [];
  changed: (sandbox: string) => void = () => {};

  readonly api = {
    list: async () => this.sandboxes,
    snapshot: async (id: string) => {
      this.asked.push(id);
      return { modules: [], tree: [] } as unknown as Snapshot;
    },
    history: async (id: string, module: string) => {
      this.asked.push(`${id}/${module}`);
      return { versions: [] };
    },
    rollBack: async () => {
      throw new Error("version 7 of 'till' does not exist");
    },
    onChange: (listener: (sandbox: string) => void) => {
      this.changed = listener;
      return () => {};
    },
  } as unknown as PanelApi;
}

describe("the side panel", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const opened = async () => {
    const server = new FakeServer();
    const drawn: PanelState[] = [];
    const session = new PanelSession(server.api, (state) => drawn.push(state));
    await session.load();
    return { server, session, drawn };
  };

  it("asks running sandboxes what they have, and no others", async () => {
    const { server, session } = await opened();
    expect([server.asked, session.state.sandboxes?.length]).toEqual([["a"], 2]);
  });

  it("asks for versions only where they are unfolded", async () => {
    const { server, session } = await opened();
    session.unfold("a", "till", true);
    await vi.advanceTimersByTimeAsync(1);
    expect(server.asked).toContain("a/till");
    session.unfold("a", "till", false);
    await vi.advanceTimersByTimeAsync(1);
    expect(session.isUnfolded("a", "till")).toBe(false);
  });

  it("asks once for a burst of changes", async () => {
    const { server, drawn } = await opened();
    for (let each = 0; each < 50; each += 1) server.changed("a");
    await vi.advanceTimersByTimeAsync(200);
    expect(drawn.length).toBe(2);
  });

  it("shows why something was refused", async () => {
    const { session } = await opened();
    await session.act(session.api.rollBack("a", "till", 7));
    expect(session.state.error).toBe("version 7 of 'till' does not exist");
  });

  it("shows the answer that was asked for last when answers overtake each other", async () => {
    const { server, session } = await opened();
    let answerFirst = (_: Served[]): void => {};
    const list = server.api.list;
    server.api.list = () => new Promise((answer) => (answerFirst = answer));
    const first = session.load();
    server.api.list = list;
    await session.load();
    answerFirst([]);
    await first;
    expect(session.state.sandboxes?.length).toBe(2);
  });

  it("keeps what a sandbox showed while it does not answer, and asks it again", async () => {
    const { server, session } = await opened();
    const snapshot = server.api.snapshot;
    server.api.snapshot = async () => {
      throw new Error("it starts again");
    };
    await session.load();
    expect([Object.keys(session.state.snapshots), session.state.error]).toEqual([["a"], ""]);
    server.api.snapshot = snapshot;
    server.asked = [];
    await vi.advanceTimersByTimeAsync(1100);
    expect(server.asked).toEqual(["a"]);
  });
});
