/** How a sandbox is, as plain data: modules, tree, crashes, usage. `update(state, action) -> state`, nothing else. */
import type {
  AnyEvent,
  Hello,
  ModuleInfo,
  Snapshot,
  SupervisorGaveUp,
  Tree,
  TreeNode,
  Usage,
  WorkerCrashed,
  WorkerRestarted,
} from "./wire";

/** One crash and what came of it. */
export interface Crash {
  what: WorkerCrashed;
  restarted: WorkerRestarted | null;
  gaveUp: SupervisorGaveUp | null;
}

export interface LiveState {
  hello: Hello | null;
  modules: ModuleInfo[];
  roots: TreeNode[];
  /** What the kernel starts again after a restart: `module:function`. */
  trees: string[];
  usage: Usage | null;
  /** The processor's share in the last samples, oldest first. */
  load: number[];
  crashes: Crash[];
  /** The numbers of crashes that were put away. */
  dismissed: number[];
  /** Each worker's state just before the last reload, by id. */
  before: Record<string, string>;
  error: string;
  /** Since when the sandbox leaves a question unanswered, and since when a cell runs; ms since the epoch. */
  silentSince: number | null;
  busySince: number | null;
}

export type LiveAction =
  | { type: "snapshot"; snapshot: Snapshot }
  | { type: "past"; events: readonly AnyEvent[] }
  | { type: "sample"; sample: Tree | Usage }
  | { type: "event"; event: AnyEvent }
  | { type: "dismissed"; crash: Crash }
  | { type: "failed"; message: string }
  | { type: "silent"; since: number | null }
  | { type: "busy"; since: number | null };

const CRASHES = 20;
const LOADS = 40;

export const nothing: LiveState = {
  hello: null,
  modules: [],
  roots: [],
  trees: [],
  usage: null,
  load: [],
  crashes: [],
  dismissed: [],
  before: {},
  error: "",
  silentSince: null,
  busySince: null,
};

export function update(state: LiveState, action: LiveAction): LiveState {
  switch (action.type) {
    case "snapshot": {
      const { hello, modules, tree, trees } = action.snapshot;
      return { ...state, hello, modules, roots: tree.map((node) => nearNode(node, hello)), trees, error: "" };
    }
    case "past":
      return action.events.reduce(happened, { ...state, crashes: [] });
    case "sample":
      return sampled(state, action.sample);
    case "event":
      return happened(state, action.event);
    case "dismissed":
      return {
        ...state,
        crashes: state.crashes.filter((crash) => crash !== action.crash),
        dismissed: [...state.dismissed, action.crash.what.number],
      };
    case "failed":
      return { ...state, error: action.message };
    case "silent":
      return { ...state, silentSince: action.since };
    case "busy":
      return { ...state, busySince: action.since };
  }
}

function sampled(state: LiveState, sample: Tree | Usage): LiveState {
  if (sample.type === "Tree") return { ...state, roots: sample.roots.map((node) => nearNode(node, state.hello)) };
  return { ...state, usage: sample, load: [...state.load, sample.cpu_percent].slice(-LOADS) };
}

function happened(state: LiveState, event: AnyEvent): LiveState {
  switch (event.type) {
    case "Reloaded":
      return { ...state, before: Object.fromEntries(workers(state.roots).map((node) => [node.id, node.state])) };
    case "WorkerCrashed":
      if (state.dismissed.includes(event.number)) return state;
      return {
        ...state,
        crashes: [{ what: named(event, state.hello), restarted: null, gaveUp: null }, ...state.crashes].slice(
          0,
          CRASHES,
        ),
      };
    case "WorkerRestarted":
      return { ...state, crashes: newest(state.crashes, event.worker, (crash) => ({ ...crash, restarted: event })) };
    case "SupervisorGaveUp":
      return {
        ...state,
        crashes: state.crashes.map((crash, index) =>
          index === 0 || crash.what.supervisor === event.supervisor ? { ...crash, gaveUp: event } : crash,
        ),
      };
    default:
      return state;
  }
}

function nearNode(node: TreeNode, hello: Hello | null): TreeNode {
  const children = node.children.map((child) => nearNode(child, hello));
  return { ...node, children, last_crash: withoutDirectory(node.last_crash, hello) };
}

function named(crash: WorkerCrashed, hello: Hello | null): WorkerCrashed {
  const near = (text: string) => withoutDirectory(text, hello);
  return { ...crash, story: near(crash.story), reason: near(crash.reason), traceback: near(crash.traceback) };
}

function newest(crashes: Crash[], worker: string, change: (crash: Crash) => Crash): Crash[] {
  const index = crashes.findIndex((crash) => crash.what.worker === worker && !crash.restarted);
  return crashes.map((crash, at) => (at === index ? change(crash) : crash));
}

/** All workers of the trees, in the order of their start. */
export function workers(roots: readonly TreeNode[]): TreeNode[] {
  return roots.flatMap((node) => (node.kind === "worker" ? [node] : workers(node.children)));
}

/** A text that names files, with those of the sandbox's directory named as the learner knows them. */
export function withoutDirectory(text: string, hello: Hello | null): string {
  return hello ? text.replaceAll(`${hello.directory}/`, "") : text;
}

/** The live version of each module, by name. */
export function liveVersions(modules: readonly ModuleInfo[]): Record<string, number> {
  return Object.fromEntries(modules.map((module) => [module.name, module.live]));
}

export interface Piece {
  text: string;
  changed: boolean;
}

/** The text of a state in pieces, those marked that the earlier text did not have at their place. */
export function changedPieces(before: string | undefined, now: string): Piece[] {
  if (before === undefined || before === now) return [{ text: now, changed: false }];
  const old = fields(before);
  const left = new Map<string, number>();
  for (const field of old) left.set(bare(field), (left.get(bare(field)) ?? 0) + 1);
  return fields(now).map((text) => {
    const had = left.get(bare(text)) ?? 0;
    left.set(bare(text), had - 1);
    return { text, changed: had <= 0 };
  });
}

/** A field without the comma that follows it unless it is the last. */
const bare = (field: string): string => field.replace(/,?\s*$/, "");

/** Splits a repr at the commas between fields, keeping every character. */
const fields = (text: string): string[] => text.match(/[^,{}()[\]]+,?\s*|[{}()[\]]\s*,?\s*/g) ?? [text];
