import { afterEach, describe, expect, it, vi } from "vitest";
import { Channel } from "../src/channel";
import { ModuleSession } from "../src/module_session";
import { FakeModel, FakeSandbox } from "./fakes";

const ONE = "x = 1\n";
const TWO = "x = 2\n";

async function open(sandbox: FakeSandbox, text: string) {
  const fake = new FakeModel({}, sandbox.answer);
  const session = new ModuleSession(new Channel(fake.model), "till", text, sandbox.live);
  await session.load();
  return { fake, session };
}

describe("a module's session", () => {
  afterEach(() => vi.useRealTimers());

  it("reloads what is in the editor, with its note", async () => {
    const { fake, session } = await open(new FakeSandbox([ONE]), TWO);
    await session.reload("double it");
    const request = fake.sent.find((sent) => sent.request.type === "ApplyModules")?.request;
    expect(request).toEqual({ type: "ApplyModules", sources: { till: TWO }, note: "double it" });
    expect([session.state.live, session.state.status.text, session.state.total]).toEqual([2, "v2 is live", 2]);
  });

  it("sends nothing when there is nothing to reload, and says so", async () => {
    const { fake, session } = await open(new FakeSandbox([ONE]), ONE);
    const before = fake.sent.length;
    await session.reload();
    expect([fake.sent.length, session.state.status.text]).toEqual([
      before,
      "There is nothing to reload: the editor shows v1, which is live.",
    ]);
  });

  it("starts with a module that does not exist yet", async () => {
    const { session } = await open(new FakeSandbox([]), "");
    expect(session.state.status.text).toBe("Not loaded yet: Reload makes it v1.");
  });

  it("rolls back and shows that version's text", async () => {
    const { session } = await open(new FakeSandbox([ONE, TWO]), TWO);
    await session.rollBack(1);
    expect([session.state.live, session.state.text]).toEqual([1, ONE]);
  });

  it("compares a version with the text in the editor", async () => {
    const { session } = await open(new FakeSandbox([ONE]), TWO);
    await session.compare(1, 0);
    expect(session.state.compare).toEqual({ left: 1, right: 0, leftText: ONE, rightText: TWO });
  });

  it("asks for each version's text once", async () => {
    const { fake, session } = await open(new FakeSandbox([ONE, TWO]), TWO);
    await session.compare(1, 2);
    await session.compare(1, 2);
    const asked = fake.sent.filter((sent) => sent.request.type === "GetSource");
    expect(asked.map((sent) => sent.request)).toEqual([
      { type: "GetSource", module: "till", number: 2 },
      { type: "GetSource", module: "till", number: 1 },
    ]);
  });

  it("says so when the kernel takes long to answer", async () => {
    vi.useFakeTimers();
    const session = new ModuleSession(new Channel(new FakeModel({}).model), "till", ONE, 1);
    void session.check();
    await vi.advanceTimersByTimeAsync(3000);
    expect(session.state.status.text).toMatch(/^No answer yet: a cell may be running/);
  });

  it("loads again when the module was reloaded elsewhere", async () => {
    const sandbox = new FakeSandbox([ONE]);
    const { fake, session } = await open(sandbox, ONE);
    sandbox.live = sandbox.texts.push(TWO);
    fake.happen({
      type: "Reloaded",
      number: 1,
      time: 0,
      kind: "reload",
      summary: "",
      versions: { till: 2 },
      objects: [],
      duration_ms: 1,
    });
    await vi.waitFor(() => expect(session.state.live).toBe(2));
    expect(session.state.text).toBe(TWO);
  });
});
