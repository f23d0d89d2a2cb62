// Generated from sandbox_kernel/wire_records.py by widgets/generate_wire.py. Do not edit.

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
