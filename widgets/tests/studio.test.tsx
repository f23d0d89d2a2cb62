import { afterEach, describe, expect, it, vi } from "vitest";
import { mount } from "../src/index";
import { refuseName } from "../src/studio_view";
import { duration } from "../src/usage_view";
import type { Request, Snapshot } from "../src/wire";
import { crashed, FakeModel, FakeSandbox, node } from "./fakes";

const module = (name: string, live: number) => ({
  name,
  live,
  newest: live,
  versions: live,
  edited: false,
  path: `${name}.py`,
  lines: 1,
});

const hello: Snapshot["hello"] = {
  type: "Hello",
  protocol: 1,
  sandbox: "corner shop",
  directory: "/shop",
  pid: 1,
  python: "3.12",
  package: "0.1",
  started: 0,
};

function show(names: string[], past: ReturnType<typeof crashed>[] = []) {
  const sandbox = new FakeSandbox(["x = 1\n"]);
  const modules = names.map((name) => module(name, 1));
  const roots = [node({ name: "till", state: "{'total': 5}" })];
  const answer = (request: Request) => {
    if (request.type === "GetEvents") return { type: "Events" as const, events: past, last: past.length };
    if (request.type !== "GetSnapshot") return sandbox.answer(request);
    return { type: "Snapshot" as const, hello, modules, tree: roots, last_event: 0, trees: ["shop:tree"] };
  };
  const fake = new FakeModel({ view: "Studio", selected: "", texts: {}, height: "300px" }, answer);
  const el = document.createElement("div");
  document.body.append(el);
  return { fake, el, close: mount(fake.model, el) };
}

const tabs = (el: HTMLElement) => [...el.querySelectorAll<HTMLElement>("[role=tab]")];

describe("the studio", () => {
  afterEach(() => document.body.replaceChildren());

  it("has a tab for each module and opens the first", async () => {
    const { el, fake } = show(["till", "printer"]);
    await vi.waitFor(() => expect(tabs(el).length).toBe(2));
    expect([tabs(el).map((tab) => tab.getAttribute("aria-selected")), fake.traits.selected]).toEqual([
      ["true", "false"],
      "till",
    ]);
  });

  it("changes tabs with the arrow keys", async () => {
    const { el, fake } = show(["till", "printer"]);
    await vi.waitFor(() => expect(tabs(el).length).toBe(2));
    el.querySelector("[role=tablist]")?.dispatchEvent(
      new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }),
    );
    await vi.waitFor(() => expect(fake.traits.selected).toBe("printer"));
  });

  it("shows workers, their state, and crashes from before it was opened", async () => {
    const { el } = show(["till"], [crashed(1)]);
    await vi.waitFor(() => expect(el.querySelector(".sk-Crash-story")?.textContent).toBe("till could not add -5"));
    expect(el.querySelector(".sk-Tree-row")?.textContent).toContain("tillrunning");
    expect(el.querySelector(".sk-State tbody")?.textContent).toBe("till{'total': 5}");
  });

  it("shows a crash as it happens", async () => {
    const { el, fake } = show(["till"]);
    await vi.waitFor(() => expect(tabs(el).length).toBe(1));
    fake.happen(crashed(7));
    await vi.waitFor(() => expect(el.querySelector(".sk-Crash-head strong")?.textContent).toBe("till crashed"));
  });

  it("says what to do in a sandbox without modules", async () => {
    const { el } = show([]);
    await vi.waitFor(() => expect(el.textContent).toContain("Name the first one above"));
  });
});

describe("names of modules", () => {
  it.each([
    ["basket", ""],
    ["two words", "Use letters, digits and underscores, as in till."],
    ["till", "There is a module till already."],
  ])("%s", (name, expected) => expect(refuseName(name, ["till"])).toBe(expected));
});

describe("durations", () => {
  it.each([
    [42.7, "42 s"],
    [200, "3 min"],
    [7500, "2 h 5 min"],
  ])("%d", (seconds, expected) => expect(duration(seconds)).toBe(expected));
});
