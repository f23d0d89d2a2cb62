// Generated from sandbox_kernel/wire.py and host/served.py by widgets/generate_wire.py. Do not edit.

export const PROTOCOL = 1;

/** `message` is about the whole answer, such as one that cannot be loaded. */
export interface AnswerChecked {
  type: "AnswerChecked";
  status: "pass" | "fail" | "error";
  message: string;
  points: number;
  max_points: number;
  tests: TestReport[];
  info: ExerciseInfo;
}

/** Judge an answer; it is kept as an attempt. Answered by AnswerChecked. */
export interface CheckAnswer {
  type: "CheckAnswer";
  exercise: string;
  answer: string;
}

/** `prompt` and `hints` are HTML of the lesson's author. `module` is empty unless the answer is one; `answer` is the newest that was checked; `note` says why a hint or the solution is not shown yet. */
export interface ExerciseInfo {
  type: "ExerciseInfo";
  lesson: string;
  exercise: string;
  prompt: string;
  starter: string;
  module: string;
  answer: string;
  status: "" | "pass" | "fail" | "error";
  points: number;
  max_points: number;
  attempts: number;
  hints: string[];
  hints_total: number;
  solution: string;
  note: string;
}

/** What an exercise is and how far the learner is. Answered by ExerciseInfo. */
export interface GetExercise {
  type: "GetExercise";
  exercise: string;
}

/** The next hint, when it is time for one. Answered by ExerciseInfo. */
export interface GetHint {
  type: "GetHint";
  exercise: string;
}

/** One solution, after enough attempts. Answered by ExerciseInfo. */
export interface GetSolution {
  type: "GetSolution";
  exercise: string;
}

/** One test of a check. `message` says what was expected, what came instead, and what to do next. */
export interface TestReport {
  name: string;
  status: "pass" | "fail" | "error";
  description: string;
  message: string;
  output: string;
  seconds: number;
}

/** One row of a side-by-side diff: a line number is 0 where that side is empty. */
export interface DiffRow {
  kind: "same" | "changed" | "added" | "removed";
  left_line: number;
  left: string;
  right_line: number;
  right: string;
}

/** A module of the sandbox. `edited` is true when the saved file differs from the live version. */
export interface ModuleInfo {
  name: string;
  live: number;
  newest: number;
  versions: number;
  edited: boolean;
  path: string;
  lines: number;
}

/** What a reload did to one object; `action` is a word of `reload.report.ORDER`, such as `patched` or `kept old`. */
export interface ObjectReport {
  module: string;
  name: string;
  action: string;
  reason: string;
}

/** One finding of the compiler. `line` and `column` count from 1; 0 where there is no place. */
export interface Problem {
  severity: "error" | "warning" | "info";
  message: string;
  hint: string;
  code: string;
  module: string;
  line: number;
  column: number;
  end_line: number;
  end_column: number;
}

/** A supervisor or worker. `status`: running, suspended, restarting, stopped, blocked, crashed. */
export interface TreeNode {
  id: string;
  name: string;
  kind: "supervisor" | "worker";
  status: string;
  restarts: number;
  max_restarts: number;
  max_seconds: number;
  strategy: string;
  mailbox: number;
  module: string;
  version: string;
  age_s: number;
  state: string;
  last_crash: string;
  children: TreeNode[];
}

/** One version of a module. `number` counts from 1 per module; `parent` is 0 for the first. */
export interface VersionInfo {
  module: string;
  number: number;
  sha256: string;
  time: number;
  author: string;
  message: string;
  outcome: "live" | "accepted" | "rejected" | "staged";
  parent: number;
  reason: string;
  duration_ms: number;
  added_lines: number;
  removed_lines: number;
  tags: string[];
}

/** `first_bad` is the first version for which the check is false, `last_good` the last before it; 0 where there is none. `untestable` are those between the two; `tried` are the versions that were checked, with their verdict: good, bad or untestable. */
export interface Break {
  type: "Break";
  module: string;
  first_bad: number;
  last_good: number;
  untestable: number[];
  tried: number[][];
  summary: string;
}

/** An entry of the timeline: what it made live by module (0: taken away), and what was live before (0: nothing). `report` is JSON: what the compilation found (`problems` by module), its `output` and `traceback`. */
export interface ChangeInfo {
  id: number;
  kind: string;
  author: string;
  note: string;
  time: number;
  outcome: string;
  stage: string;
  reason: string;
  duration_ms: number;
  versions: Record<string, number>;
  before: Record<string, number>;
  report: string;
}

/** `cache_hits` of the modules were known already, `tried` were imported; `groups` import each other in a circle. `stage` is where it failed: compile, import or empty. `summary` says all that in one line. */
export interface Compiled {
  type: "Compiled";
  ok: boolean;
  summary: string;
  stage: string;
  modules: CompiledModule[];
  problems: Problem[];
  groups: string[][];
  cache_hits: number;
  tried: number;
  duration_ms: number;
  output: string;
  traceback: string;
}

/** One module as it was compiled; `imports` are absolute names. */
export interface CompiledModule {
  name: string;
  sha256: string;
  lines: number;
  imports: string[];
  definitions: string[];
}

/** Compile the saved files of all modules, and import on trial what changed and what depends on it, unless `trial` is false. Nothing is stored or loaded. Answered by Compiled. */
export interface CompileFiles {
  type: "CompileFiles";
  trial?: boolean;
}

/** `imports` names for each live module those of the sandbox that it imports; `order` has every module after those it imports, modules in a circle as one group. A reload installs modules in this order, dependents included. */
export interface Dependencies {
  type: "Dependencies";
  imports: Record<string, string[]>;
  order: string[][];
}

/** It was carried out; `text` says so in one sentence, `count` how much it was. */
export interface Done {
  type: "Done";
  text: string;
  count: number;
}

/** Write the whole history to this file, below the sandbox's directory. Answered by Done. */
export interface ExportHistory {
  type: "ExportHistory";
  file: string;
}

/** Find the version from which on the expression `check` is no longer true. Answered by Break. */
export interface FindBreak {
  type: "FindBreak";
  module: string;
  check: string;
}

/** Which version is meant: a number, a tag, `live`, `newest`, `-1` for the one before? Answered by VersionFound. */
export interface FindVersion {
  type: "FindVersion";
  module: string;
  reference: string;
}

/** Forget all but the newest `keep_last` versions of each module; live ones stay, and tagged ones unless `keep_tagged` is false. Answered by Done. */
export interface ForgetVersions {
  type: "ForgetVersions";
  keep_last: number;
  keep_tagged?: boolean;
}

/** Which live modules import which. Answered by Dependencies. */
export interface GetDependencies {
  type: "GetDependencies";
}

/** Counts over the history of a module. Answered by Statistics. */
export interface GetStatistics {
  type: "GetStatistics";
  module: string;
}

/** All changes of all modules, newest first; `before` pages on: only ids below it. Answered by Timeline. */
export interface GetTimeline {
  type: "GetTimeline";
  limit?: number;
  before?: number;
}

/** Fill a sandbox that has no history from this file, below its directory. Answered by Done. */
export interface ImportHistory {
  type: "ImportHistory";
  file: string;
}

/** Bring back the change that was undone last. Answered by Applied. */
export interface Redo {
  type: "Redo";
}

/** Of one module: times in seconds since the epoch, `median_ms` over its accepted changes. */
export interface Statistics {
  type: "Statistics";
  module: string;
  live: number;
  versions: number;
  accepted: number;
  rejected: number;
  rollbacks: number;
  added_lines: number;
  removed_lines: number;
  source_bytes: number;
  first: number;
  last: number;
  median_ms: number;
}

/** Name a version; the same name again moves it, a number of 0 takes it away. Answered by Done. */
export interface TagVersion {
  type: "TagVersion";
  module: string;
  number: number;
  tag: string;
}

export interface Timeline {
  type: "Timeline";
  changes: ChangeInfo[];
}

/** Take a change back with all its modules: the newest that is not undone, or that of this id. Answered by Applied. */
export interface Undo {
  type: "Undo";
  change?: number;
}

export interface VersionFound {
  type: "VersionFound";
  module: string;
  number: number;
}

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
