// Generated from sandbox_kernel/wire.py and host/served.py by widgets/generate_wire.py. Do not edit.

import type { AnswerChecked, CheckAnswer, ExerciseInfo, GetExercise, GetHint, GetSolution } from "./wire_lessons";
import type { DiffRow, ModuleInfo, ObjectReport, Problem, TreeNode, VersionInfo } from "./wire_records";
import type { Break, CompileFiles, Compiled, Dependencies, Done, ExportHistory, FindBreak, FindVersion, ForgetVersions, GetDependencies, GetStatistics, GetTimeline, ImportHistory, Redo, Statistics, TagVersion, Timeline, Undo, VersionFound } from "./wire_versions";

export * from "./wire_lessons";
export * from "./wire_records";
export * from "./wire_versions";

export const PROTOCOL = 1;

/** Who is there? Answered by Hello. */
export interface GetHello {
  type: "GetHello";
}

/** Everything a view shows, at once: for a first paint and after a reconnect. Answered by Snapshot. */
export interface GetSnapshot {
  type: "GetSnapshot";
}

/** Compile in isolation and report; nothing is stored or loaded. Answered by Checked. */
export interface CheckModule {
  type: "CheckModule";
  module: string;
  source: string;
}

/** Check, store and hot-reload all modules or none. Answered by Applied. `state_handler` is a host's function for the workers' states, packed by cloudpickle and then base85; empty for none. */
export interface ApplyModules {
  type: "ApplyModules";
  sources: Record<string, string>;
  note?: string;
  author?: string;
  state_handler?: string;
}

/** Apply the saved files of these modules, of all edited ones when the list is empty. Answered by Applied. */
export interface ReloadFiles {
  type: "ReloadFiles";
  modules?: string[];
}

/** Make a stored version live again through the same road, with the state that was saved with it if `with_state`. Answered by Applied. See ApplyModules. */
export interface RollBack {
  type: "RollBack";
  module: string;
  number: number;
  state_handler?: string;
  with_state?: boolean;
}

/** The versions of a module, newest first; `before` pages on: only numbers below it. Answered by History. */
export interface GetHistory {
  type: "GetHistory";
  module: string;
  limit?: number;
  before?: number;
}

/** Two versions side by side; number 0 means the saved file. Answered by Diff. */
export interface GetDiff {
  type: "GetDiff";
  module: string;
  left: number;
  right: number;
}

/** The text of a version; number 0 means the saved file. Answered by Source. */
export interface GetSource {
  type: "GetSource";
  module: string;
  number: number;
}

/** The supervision tree. Answered by Tree. */
export interface GetTree {
  type: "GetTree";
}

/** What happened after event `after` and is still kept, oldest first; `kinds` are names of events, empty for all. Answered by Events. */
export interface GetEvents {
  type: "GetEvents";
  after?: number;
  kinds?: string[];
}

/** What the kernel uses now. Answered by Usage. */
export interface GetUsage {
  type: "GetUsage";
}

/** Tell on iopub (`sandbox_live`) how tree and usage are, for so many seconds from now. Answered by Usage. */
export interface Watch {
  type: "Watch";
  seconds?: number;
}

/** Start the supervisor that `module:function` returns and remember it for restarts. Answered by Tree. */
export interface StartTree {
  type: "StartTree";
  target: string;
}

/** The sandbox names itself; a host that gets none treats the start as failed. */
export interface Hello {
  type: "Hello";
  protocol: number;
  sandbox: string;
  directory: string;
  pid: number;
  python: string;
  package: string;
  started: number;
}

/** `last_event` is the number of the newest event that is contained in it; `trees` are the declared targets. */
export interface Snapshot {
  type: "Snapshot";
  hello: Hello;
  modules: ModuleInfo[];
  tree: TreeNode[];
  last_event: number;
  trees: string[];
}

export interface Checked {
  type: "Checked";
  module: string;
  ok: boolean;
  problems: Problem[];
  duration_ms: number;
  output: string;
}

/** `ok` false: nothing was changed, `summary` says why. `versions` is the live number of each module after it. */
export interface Applied {
  type: "Applied";
  ok: boolean;
  summary: string;
  versions: Record<string, number>;
  objects: ObjectReport[];
  problems: Problem[];
  duration_ms: number;
  stage: string;
  traceback: string;
}

export interface History {
  type: "History";
  module: string;
  live: number;
  versions: VersionInfo[];
  total: number;
}

export interface Diff {
  type: "Diff";
  module: string;
  left: number;
  right: number;
  unified: string;
  rows: DiffRow[];
}

export interface Source {
  type: "Source";
  module: string;
  number: number;
  text: string;
}

export interface Tree {
  type: "Tree";
  roots: TreeNode[];
}

/** Of the kernel's process. `cpu_percent` is of one core, since the sample before; a limit of 0 means none. */
export interface Usage {
  type: "Usage";
  memory_bytes: number;
  memory_limit_bytes: number;
  cpu_percent: number;
  threads: number;
  uptime_s: number;
}

/** `last` is the number of the newest event. */
export interface Events {
  type: "Events";
  events: (Reloaded | ReloadRejected | WorkerCrashed | WorkerRestarted | SupervisorGaveUp | TreeChanged | WorkerBlocked | WorkerOutput)[];
  last: number;
}

/** The request was not carried out. `error` is the class name of the error in `errors.py`. */
export interface Failure {
  type: "Failure";
  error: string;
  message: string;
}

/** A change set is live. `kind`: load, reload, rollback. */
export interface Reloaded {
  type: "Reloaded";
  number: number;
  time: number;
  kind: string;
  summary: string;
  versions: Record<string, number>;
  objects: ObjectReport[];
  duration_ms: number;
}

/** A change set was refused at `stage` (compile, import, plan, suspend, commit, migrate); nothing was changed. */
export interface ReloadRejected {
  type: "ReloadRejected";
  number: number;
  time: number;
  stage: string;
  reason: string;
  summary: string;
  modules: string[];
  problems: Problem[];
  traceback: string;
}

/** A worker ended abnormally. `story` is one sentence for a learner, `traceback` its own frames only, `decision` what its supervisor does about it; `restarts_left` is -1 where there is no limit to count. */
export interface WorkerCrashed {
  type: "WorkerCrashed";
  number: number;
  time: number;
  worker: string;
  reason: string;
  story: string;
  last_message: string;
  state: string;
  traceback: string;
  hint: string;
  supervisor: string;
  decision: string;
  restarts_left: number;
}

export interface WorkerRestarted {
  type: "WorkerRestarted";
  number: number;
  time: number;
  worker: string;
  restarts: number;
  max_restarts: number;
  max_seconds: number;
}

export interface SupervisorGaveUp {
  type: "SupervisorGaveUp";
  number: number;
  time: number;
  supervisor: string;
  restarts: number;
  max_restarts: number;
  max_seconds: number;
}

/** Something in the tree started, stopped, was suspended or resumed: ask for it again. */
export interface TreeChanged {
  type: "TreeChanged";
  number: number;
  time: number;
  reason: string;
}

/** A handler keeps the tree's loop for itself, so that no worker goes on; `ended` once the watchdog ended it. */
export interface WorkerBlocked {
  type: "WorkerBlocked";
  number: number;
  time: number;
  worker: string;
  seconds: number;
  message: string;
  stack: string;
  ended: boolean;
}

/** What a worker printed. */
export interface WorkerOutput {
  type: "WorkerOutput";
  number: number;
  time: number;
  worker: string;
  text: string;
}

/** A sandbox of this server. `id` is its kernel's; `limit` says which limit ended the process before this one. */
export interface Served {
  id: string;
  name: string;
  notebook: string;
  directory: string;
  level: string;
  running: boolean;
  pid: number;
  memory_bytes: number;
  memory_limit_bytes: number;
  limit: string;
}

export type Request = GetHello | GetSnapshot | CheckModule | ApplyModules | ReloadFiles | RollBack | GetHistory | GetDiff | GetSource | GetTree | GetEvents | GetUsage | Watch | StartTree | CompileFiles | FindVersion | TagVersion | Undo | Redo | GetTimeline | GetStatistics | GetDependencies | FindBreak | ExportHistory | ImportHistory | ForgetVersions | GetExercise | CheckAnswer | GetHint | GetSolution;

export type Reply = Hello | Snapshot | Checked | Applied | History | Diff | Source | Tree | Usage | Events | Compiled | VersionFound | Timeline | Statistics | Dependencies | Break | Done | ExerciseInfo | AnswerChecked | Failure;

export type AnyEvent = Reloaded | ReloadRejected | WorkerCrashed | WorkerRestarted | SupervisorGaveUp | TreeChanged | WorkerBlocked | WorkerOutput;

/** Which reply answers which request, unless it is a Failure. */
export interface Replies {
  GetHello: Hello;
  GetSnapshot: Snapshot;
  CheckModule: Checked;
  ApplyModules: Applied;
  ReloadFiles: Applied;
  RollBack: Applied;
  GetHistory: History;
  GetDiff: Diff;
  GetSource: Source;
  GetTree: Tree;
  GetEvents: Events;
  GetUsage: Usage;
  Watch: Usage;
  StartTree: Tree;
  CompileFiles: Compiled;
  FindVersion: VersionFound;
  TagVersion: Done;
  Undo: Applied;
  Redo: Applied;
  GetTimeline: Timeline;
  GetStatistics: Statistics;
  GetDependencies: Dependencies;
  FindBreak: Break;
  ExportHistory: Done;
  ImportHistory: Done;
  ForgetVersions: Done;
  GetExercise: ExerciseInfo;
  CheckAnswer: AnswerChecked;
  GetHint: ExerciseInfo;
  GetSolution: ExerciseInfo;
}
