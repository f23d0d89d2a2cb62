/** What an exercise's view shows, as plain data: `update(state, action) -> state`. */
import { type Status, say } from "./module_state";
import { plural, t } from "./text";
import type { AnswerChecked, Applied, ExerciseInfo } from "./wire";

export type ExerciseWork = "load" | "check" | "hint" | "solution";

export interface ExerciseState {
  info: ExerciseInfo;
  text: string;
  /** What the last check said; null before the first in this view. */
  checked: AnswerChecked | null;
  /** The text was edited since. */
  outdated: boolean;
  /** Why the sandbox did not take a module as an answer. */
  refused: Applied | null;
  busy: ExerciseWork | null;
  status: Status;
}

export type ExerciseAction =
  | { type: "typed"; text: string }
  | { type: "started"; work: ExerciseWork }
  | { type: "info"; info: ExerciseInfo; asked: ExerciseWork }
  | { type: "checked"; reply: AnswerChecked; text: string }
  | { type: "refused"; reply: Applied }
  | { type: "failed"; message: string };

export const initialExercise = (text: string, info: ExerciseInfo): ExerciseState => ({
  info,
  text,
  checked: null,
  outdated: false,
  refused: null,
  busy: null,
  status: standing(info),
});

const WORKING: Record<ExerciseWork, string> = {
  load: "Asking for the exercise…",
  check: "Checking your answer…",
  hint: "Asking for a hint…",
  solution: "Asking for the solution…",
};

export function updateExercise(state: ExerciseState, action: ExerciseAction): ExerciseState {
  switch (action.type) {
    case "typed":
      return { ...state, text: action.text, outdated: state.checked !== null || state.refused !== null };
    case "started":
      return { ...state, busy: action.work, status: say("busy", t(WORKING[action.work])) };
    case "info":
      return { ...state, busy: null, info: action.info, status: told(action.info, action.asked) };
    case "checked": {
      const { reply, text } = action;
      const outdated = state.text !== text;
      return { ...state, busy: null, info: reply.info, checked: reply, refused: null, outdated, status: judged(reply) };
    }
    case "refused":
      return {
        ...state,
        busy: null,
        checked: null,
        refused: action.reply,
        outdated: false,
        status: say("bad", t("The sandbox refused this module: nothing was changed.")),
      };
    case "failed":
      return { ...state, busy: null, status: say("bad", action.message) };
  }
}

function told(info: ExerciseInfo, asked: ExerciseWork) {
  if (info.note) return say("quiet", info.note);
  if (asked === "hint") return say("quiet", t("Hint {n} of {all}", { n: info.hints.length, all: info.hints_total }));
  if (asked === "solution") return say("quiet", t("One solution is shown below; yours may differ and be as good."));
  return standing(info);
}

function standing(info: ExerciseInfo) {
  if (info.status === "pass") return say("good", t("Passed. You may go on, or try another way."));
  if (info.attempts === 0) return say("quiet", t("Write your answer, then press Check."));
  return say("quiet", plural(info.attempts, "{n} attempt so far; keep going.", "{n} attempts so far; keep going."));
}

function judged(reply: AnswerChecked) {
  const detail = reply.max_points ? t("{points} of {max} points", { points: reply.points, max: reply.max_points }) : "";
  if (reply.status === "pass") return say("good", t("All tests pass"), detail);
  const wrong = reply.tests.filter((test) => test.status !== "pass").length;
  return say("bad", plural(wrong, "{n} test does not pass yet", "{n} tests do not pass yet"), detail);
}

/** Why Check cannot be pressed; empty when it can. */
export function checkBlocked(state: ExerciseState): string {
  if (state.busy) return t(WORKING[state.busy]);
  return state.text.trim() === "" ? t("There is nothing to check yet: write your answer first.") : "";
}
