// Generated from sandbox_kernel/wire_versions.py by widgets/generate_wire.py. Do not edit.

import type { Problem } from "./wire_records";

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
