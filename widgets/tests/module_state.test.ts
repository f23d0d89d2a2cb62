import { describe, expect, it } from "vitest";
import { blockedBecause, initial, isEdited, type ModuleState, milliseconds, update } from "../src/module_state";
import type { Applied, Problem } from "../src/wire";
import { version } from "./fakes";

const OLD = "x = 1\n";
const NEW = "x = 2\n";

const problem: Problem = {
  severity: "error",
  message: "invalid syntax",
  hint: "",
  code: "",
  module: "till",
  line: 2,
  column: 3,
  end_line: 0,
  end_column: 0,
};

const applied: Applied = {
  type: "Applied",
  ok: true,
  summary: "1 patched",
  versions: { till: 2 },
  objects: [],
  problems: [],
  duration_ms: 12.3,
  stage: "",
  traceback: "",
};

function shown(more: Partial<ModuleState> = {}): ModuleState {
  const history = { type: "History", module: "till", live: 1, versions: [version(1)], total: 1 } as const;
  const state = update(initial("till", OLD, 1), {
    type: "loaded",
    history: { ...history, versions: [version(1)] },
    liveText: OLD,
  });
  return { ...state, ...more };
}

const moved = (live: number) => ({
  type: "History" as const,
  module: "till",
  live,
  versions: [version(live)],
  total: live,
});

describe("a module's state", () => {
  it("is not edited while the text is the live one", () => {
    expect([isEdited(shown()), isEdited(shown({ text: NEW }))]).toEqual([false, true]);
  });

  it("says why nothing can be reloaded", () => {
    expect(blockedBecause(shown())).toBe("There is nothing to reload: the editor shows v1, which is live.");
    expect(blockedBecause(shown({ text: " \n" }))).toBe("There is nothing to reload yet: write some code first.");
    expect(blockedBecause(shown({ text: NEW, busy: "check" }))).toBe("Checking…");
    expect(blockedBecause(shown({ text: NEW }))).toBe("");
  });

  it("says which version is live and how long it took", () => {
    const state = update(shown({ text: NEW }), { type: "applied", reply: applied, text: NEW, was: "reload" });
    expect([state.live, state.status, isEdited(state)]).toEqual([
      2,
      { tone: "good", text: "v2 is live", detail: "12 ms" },
      false,
    ]);
  });

  it("keeps what is live when a change is refused, and says why", () => {
    const refused = { ...applied, ok: false, summary: "it raised at import", stage: "import", traceback: "…" };
    const state = update(shown({ text: NEW }), { type: "applied", reply: refused, text: NEW, was: "reload" });
    expect([state.live, state.liveText, state.text, state.status.text, state.refusal?.reason]).toEqual([
      1,
      OLD,
      NEW,
      "Refused: v1 is still live.",
      "it raised at import",
    ]);
  });

  it("keeps what was typed while a reload was under way", () => {
    const state = update(shown({ text: `${NEW}y = 3\n` }), {
      type: "applied",
      reply: applied,
      text: NEW,
      was: "reload",
    });
    expect([state.text, isEdited(state)]).toEqual([`${NEW}y = 3\n`, true]);
  });

  it("shows the text of the version that was rolled back to", () => {
    const state = update(shown({ text: "mine" }), { type: "applied", reply: applied, text: NEW, was: "rollback" });
    expect(state.text).toBe(NEW);
  });

  it("marks problems as outdated after an edit", () => {
    const checked = { type: "Checked", module: "till", ok: false, problems: [problem], duration_ms: 4, output: "" };
    const found = update(shown({ text: NEW }), { type: "checked", reply: { ...checked, type: "Checked" }, text: NEW });
    const edited = update(found, { type: "typed", text: OLD });
    expect([found.status.text, found.outdated, edited.outdated]).toEqual([
      "1 problem found, nothing was loaded",
      false,
      true,
    ]);
  });

  it("follows a version that went live elsewhere", () => {
    const state = update(shown(), { type: "loaded", history: moved(2), liveText: NEW });
    expect([state.text, state.live, state.status.text]).toEqual([NEW, 2, "v2 is live"]);
  });

  it("keeps the edits when a version went live elsewhere, and says so", () => {
    const state = update(shown({ text: "mine" }), { type: "loaded", history: moved(2), liveText: NEW });
    expect([state.text, state.status.text]).toEqual(["mine", "v2 is live now, from elsewhere; your edits are kept."]);
  });

  it("keeps the text it was given when it first hears of the versions", () => {
    const state = update(initial("till", "mine", 0), { type: "loaded", history: moved(1), liveText: OLD });
    expect([state.text, isEdited(state)]).toEqual(["mine", true]);
  });
});

describe("milliseconds", () => {
  it.each([
    [0.2, "under 1 ms"],
    [12.4, "12 ms"],
    [1540, "1.5 s"],
  ])("writes %d as %s", (duration, expected) => expect(milliseconds(duration)).toBe(expected));
});
