import { afterEach, describe, expect, it, vi } from "vitest";
import { mount } from "../src/index";
import { FakeModel, FakeSandbox } from "./fakes";

const ONE = "x = 1\n";
const TWO = "x = 2\n";

function show(sandbox: FakeSandbox, source: string) {
  const traits = {
    view: "ModuleEditor",
    module: "till",
    source,
    version: sandbox.live,
    edited: false,
    height: "200px",
  };
  const fake = new FakeModel(traits, sandbox.answer);
  const el = document.createElement("div");
  document.body.append(el);
  const close = mount(fake.model, el);
  return { fake, el, close };
}

const button = (el: HTMLElement, name: string): HTMLButtonElement => {
  const found = [...el.querySelectorAll("button")].find((one) => one.textContent?.startsWith(name));
  if (!found) throw new Error(`no button ${name}`);
  return found;
};

const status = (el: HTMLElement) => el.querySelector("[role=status]")?.textContent;

describe("the editor of a module", () => {
  afterEach(() => document.body.replaceChildren());

  it("shows the code, the live version and what can be done", async () => {
    const { el } = show(new FakeSandbox([ONE]), ONE);
    await vi.waitFor(() => expect(status(el)).toBe("v1 is live"));
    expect(el.querySelector(".cm-content")?.textContent).toContain("x = 1");
    const reload = button(el, "Reload");
    expect([reload.getAttribute("aria-disabled"), reload.title]).toEqual([
      "true",
      "There is nothing to reload: the editor shows v1, which is live.",
    ]);
  });

  it("reloads by a click and tells Python the live version", async () => {
    const { el, fake } = show(new FakeSandbox([ONE]), TWO);
    await vi.waitFor(() => expect(button(el, "Reload").getAttribute("aria-disabled")).toBe("false"));
    button(el, "Reload").click();
    await vi.waitFor(() => expect(status(el)).toBe("v2 is live, 12 ms"));
    await vi.waitFor(() => expect([fake.traits.version, fake.traits.edited]).toEqual([2, false]));
  });

  it("takes a text that Python assigns", async () => {
    const { el, fake } = show(new FakeSandbox([ONE]), ONE);
    await vi.waitFor(() => expect(status(el)).toBe("v1 is live"));
    fake.traits.source = "y = 5\n";
    fake.emit("change:source");
    await vi.waitFor(() => expect(el.querySelector(".cm-content")?.textContent).toContain("y = 5"));
    expect(el.querySelector<HTMLElement>(".sk-Module-edited")?.hidden).toBe(false);
  });

  it("lists the versions, newest first, and rolls back with a button that names the version", async () => {
    const { el } = show(new FakeSandbox([ONE, TWO]), TWO);
    await vi.waitFor(() => expect(status(el)).toBe("v2 is live"));
    button(el, "History").click();
    await vi.waitFor(() => expect(el.querySelectorAll(".sk-History-number").length).toBe(2));
    expect([...el.querySelectorAll(".sk-History-number")].map((one) => one.textContent)).toEqual(["v2", "v1"]);
    button(el, "Roll back to v1").click();
    await vi.waitFor(() => expect(status(el)).toBe("v1 is live, 12 ms"));
    await vi.waitFor(() => expect(el.querySelector(".cm-content")?.textContent).toContain("x = 1"));
  });

  it("leaves nothing behind when it is taken down", async () => {
    const { el, fake, close } = show(new FakeSandbox([ONE]), ONE);
    close();
    expect([el.childElementCount, [...fake.listeners.values()].reduce((sum, set) => sum + set.size, 0)]).toEqual([
      0, 0,
    ]);
  });
});
