/**
 * What a module's editor shows, as plain data: `update(state, action) -> state` and questions about a state. Nothing
 * here touches the page or the kernel; `module_session.ts` acts.
 */

import { plural, t } from "./text";
import type { Applied, Checked, History, ObjectReport, Problem, VersionInfo } from "./wire";

export type Tone = "quiet" | "busy" | "good" | "bad";
export type Work = "load" | "check" | "reload" | "rollback" | "compare";

export interface Status {
  tone: Tone;
  text: string;
  detail: string;
}

/** Why the last change was refused; the module, its objects and workers are as they were. */
export interface Refusal {
  reason: string;
  stage: string;
  traceback: string;
}

/** Two texts side by side; a number of 0 is the text in the editor. */
export interface Compare {
  left: number;
  right: number;
  leftText: string;
  rightText: string;
}

export interface ModuleState {
  module: string;
  text: string;
  live: number;
  liveText: string;
  loaded: boolean;
  versions: VersionInfo[];
  total: number;
  problems: Problem[];
  /** The text was edited since the problems were found. */
  outdated: boolean;
  refusal: Refusal | null;
  objects: ObjectReport[];
  busy: Work | null;
  status: Status;
  historyOpen: boolean;
  compare: Compare | null;
}

export type Action =
  | { type: "typed"; text: string }
  | { type: "loaded"; history: History; liveText: string }
  | { type: "new" }
  | { type: "started"; work: Work }
  | { type: "slow" }
  | { type: "checked"; reply: Checked; text: string }
  | { type: "applied"; reply: Applied; text: string; was: "reload" | "rollback" }
  | { type: "failed"; message: string }
  | { type: "blocked" }
  | { type: "historyToggled" }
  | { type: "compared"; compare: Compare }
  | { type: "compareClosed" }
  | { type: "copied"; number: number; text: string };

export const say = (tone: Tone, text: string, detail = ""): Status => ({ tone, text, detail });

export function initial(module: string, text: string, live: number): ModuleState {
  return {
    module,
    text,
    live,
    liveText: "",
    loaded: false,
    versions: [],
    total: 0,
    problems: [],
    outdated: false,
    refusal: null,
    objects: [],
    busy: null,
    status: say("busy", t("Asking the sandbox for its versions…")),
    historyOpen: false,
    compare: null,
  };
}

/** True when a reload would change what is live. */
export function isEdited(state: ModuleState): boolean {
  return state.live === 0 ? state.text.trim() !== "" : state.loaded && state.text !== state.liveText;
}

/** Why Reload cannot be pressed now; empty when it can. */
export function blockedBecause(state: ModuleState): string {
  if (state.busy) return t(WORKING[state.busy]);
  if (state.text.trim() === "") return t("There is nothing to reload yet: write some code first.");
  if (!isEdited(state))
    return t("There is nothing to reload: the editor shows v{n}, which is live.", { n: state.live });
  return "";
}

export function update(state: ModuleState, action: Action): ModuleState {
  switch (action.type) {
    case "typed":
      return { ...state, text: action.text, outdated: state.problems.length > 0 || state.refusal !== null };
    case "loaded":
      return loaded(state, action.history, action.liveText);
    case "new":
      return { ...state, loaded: true, busy: null, status: say("quiet", t("Not loaded yet: Reload makes it v1.")) };
    case "started":
      return { ...state, busy: action.work, status: say("busy", t(WORKING[action.work])) };
    case "slow":
      return state.busy ? { ...state, status: say("busy", t(SLOW)) } : state;
    case "checked":
      return checked(state, action.reply, action.text);
    case "applied":
      return applied(state, action.reply, action.text, action.was);
    case "failed":
      return { ...state, busy: null, status: say("bad", action.message) };
    case "blocked":
      return { ...state, status: say("quiet", blockedBecause(state)) };
    case "historyToggled":
      return { ...state, historyOpen: !state.historyOpen };
    case "compared":
      return { ...state, busy: null, compare: action.compare, status: say("quiet", compareLine(action.compare)) };
    case "compareClosed":
      return { ...state, compare: null, status: resting(state) };
    case "copied":
      return {
        ...state,
        busy: null,
        text: action.text,
        compare: null,
        status: say("quiet", t("The editor has the text of v{n}; undo brings yours back.", { n: action.number })),
      };
  }
}

const SLOW = "No answer yet: a cell may be running. It is asked again until it answers.";

const WORKING: Record<Work, string> = {
  load: "Asking the sandbox for its versions…",
  check: "Checking…",
  reload: "Reloading…",
  rollback: "Rolling back…",
  compare: "Comparing…",
};

export const nameOf = (number: number): string => (number === 0 ? t("your text") : `v${number}`);

const compareLine = (compare: Compare): string =>
  t("Comparing {left} with {right}; Esc leaves.", { left: nameOf(compare.left), right: nameOf(compare.right) });

function resting(state: ModuleState): Status {
  return state.live === 0
    ? say("quiet", t("Not loaded yet: Reload makes it v1."))
    : say("good", t("v{n} is live", { n: state.live }));
}

function loaded(state: ModuleState, history: History, liveText: string): ModuleState {
  const follow = state.loaded ? !isEdited(state) : state.text === "";
  const moved = state.loaded && history.live !== state.live;
  const next: ModuleState = {
    ...state,
    loaded: true,
    live: history.live,
    liveText,
    text: follow ? liveText : state.text,
    versions: history.versions,
    total: history.total,
    busy: state.busy === "load" ? null : state.busy,
  };
  if (moved && !follow)
    return {
      ...next,
      status: say("quiet", t("v{n} is live now, from elsewhere; your edits are kept.", { n: history.live })),
    };
  return moved || !state.loaded ? { ...next, status: resting(next) } : next;
}

function checked(state: ModuleState, reply: Checked, text: string): ModuleState {
  const errors = reply.problems.filter((problem) => problem.severity === "error").length;
  const others = reply.problems.length - errors;
  const took = milliseconds(reply.duration_ms);
  const status = !reply.ok
    ? say(
        "bad",
        plural(errors, "{n} problem found, nothing was loaded", "{n} problems found, nothing was loaded"),
        took,
      )
    : say(
        "good",
        others
          ? plural(others, "It compiles, with {n} warning", "It compiles, with {n} warnings")
          : t("No problems found"),
        took,
      );
  const outdated = state.text !== text;
  return { ...state, busy: null, problems: reply.problems, outdated, refusal: null, objects: [], status };
}

function applied(state: ModuleState, reply: Applied, text: string, was: "reload" | "rollback"): ModuleState {
  const untouched = state.text === text;
  if (!reply.ok) {
    const refusal = { reason: reply.summary, stage: reply.stage, traceback: reply.traceback };
    const status = say(
      "bad",
      state.live ? t("Refused: v{n} is still live.", { n: state.live }) : t("Refused: nothing was loaded."),
    );
    const { problems } = reply;
    return { ...state, busy: null, problems, outdated: was === "reload" && !untouched, refusal, objects: [], status };
  }
  const live = reply.versions[state.module] ?? state.live;
  return {
    ...state,
    busy: null,
    live,
    liveText: text,
    text: was === "rollback" ? text : state.text,
    problems: reply.problems,
    outdated: false,
    refusal: null,
    objects: reply.objects,
    compare: null,
    status: say("good", t("v{n} is live", { n: live }), milliseconds(reply.duration_ms)),
  };
}

export function milliseconds(duration: number): string {
  return duration < 1
    ? t("under 1 ms")
    : duration < 1000
      ? `${Math.round(duration)} ms`
      : `${(duration / 1000).toFixed(1)} s`;
}
