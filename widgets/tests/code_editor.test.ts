import { Text } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { diagnostics, position } from "../src/code_editor";
import { ago } from "../src/history_view";
import { shortcut } from "../src/keys";
import type { Problem } from "../src/wire";

const doc = Text.of(["def f():", "    return 1", ""]);

const at = (line: number, column: number, more: Partial<Problem> = {}): Problem => ({
  severity: "error",
  message: "wrong",
  hint: "",
  code: "",
  module: "till",
  line,
  column,
  end_line: 0,
  end_column: 0,
  ...more,
});

describe("positions", () => {
  it.each([
    [1, 1, 0],
    [2, 5, 13],
    [2, 99, 21],
    [99, 1, 22],
    [0, 0, 0],
  ])("line %d column %d is at %d", (line, column, expected) => expect(position(doc, line, column)).toBe(expected));
});

describe("marks in the code", () => {
  it("span what the compiler names, or one character", () => {
    const found = diagnostics(doc, [at(2, 5, { end_line: 2, end_column: 11 }), at(1, 1)]);
    expect(found.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [13, 19],
    ]);
  });

  it("leave out what has no place, and say the hint", () => {
    const found = diagnostics(doc, [at(0, 0), at(1, 1, { hint: "look here" })]);
    expect(found.map(({ message }) => message)).toEqual(["wrong\nlook here"]);
  });
});

describe("words", () => {
  it("says how long ago a version was made", () => {
    expect([ago(1000, 1010), ago(1000, 1130), ago(1000, 9000)]).toEqual(["just now", "2 min ago", "2 h ago"]);
  });

  it("names the key of the platform", () => {
    expect([shortcut("S", "Linux x86_64"), shortcut("S", "MacIntel")]).toEqual(["Ctrl+S", "⌘S"]);
  });
});
