import { describe, expect, it } from "vitest";
import { initialExercise, updateExercise } from "../src/exercise_state";
import { expectedAndGot } from "../src/exercise_view";
import type { AnswerChecked, ExerciseInfo } from "../src/wire";

const info: ExerciseInfo = {
  type: "ExerciseInfo",
  lesson: "functions",
  exercise: "predict",
  prompt: "",
  starter: "x = 0",
  module: "",
  answer: "",
  status: "",
  points: 0,
  max_points: 2,
  attempts: 0,
  hints: [],
  hints_total: 2,
  solution: "",
  note: "",
};
const checked: AnswerChecked = {
  type: "AnswerChecked",
  status: "fail",
  message: "",
  points: 1,
  max_points: 2,
  tests: [
    { name: "one", status: "pass", description: "", message: "", output: "", seconds: 0 },
    { name: "two", status: "fail", description: "", message: "expected 3, got 4", output: "", seconds: 0 },
  ],
  info: { ...info, attempts: 1 },
};

describe("an exercise", () => {
  it("says what to do first, and what is not right yet", () => {
    const start = initialExercise("x = 0", info);
    expect(start.status.text).toBe("Write your answer, then press Check.");
    const after = updateExercise(start, { type: "checked", reply: checked, text: "x = 0" });
    expect([after.status.tone, after.status.text, after.status.detail]).toEqual([
      "bad",
      "1 test does not pass yet",
      "1 of 2 points",
    ]);
    expect(after.info.attempts).toBe(1);
  });

  it("marks a result from before the last edit", () => {
    const after = updateExercise(initialExercise("x", info), { type: "checked", reply: checked, text: "x" });
    expect([after.outdated, updateExercise(after, { type: "typed", text: "y" }).outdated]).toEqual([false, true]);
  });

  it("says why a hint is not open yet", () => {
    const note = "The first hint opens when you have checked an answer of your own.";
    const after = updateExercise(initialExercise("x", info), { type: "info", info: { ...info, note }, asked: "hint" });
    expect(after.status.text).toBe(note);
  });
});

describe("what a test says", () => {
  it.each([
    ["expected 3, got 4", ["3", "4", ""]],
    ["expected [1, 2], but got None.", ["[1, 2]", "None", ""]],
    ["expected 0.5, got 1.5. Half of it: `/ 2`.", ["0.5", "1.5", "Half of it: `/ 2`."]],
    ["expected 'a, got b. C', got 'It\\'s. No'. Don't.", ["'a, got b. C'", "'It\\'s. No'", "Don't."]],
    ["The first number is not right.", []],
  ])("%s", (message, pair) => {
    expect(expectedAndGot(message)).toEqual(pair);
  });
});
