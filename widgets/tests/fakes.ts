/** A model that keeps what was sent and answers when the test says so; the traits are a plain object. */
import type { Traits, WidgetModel } from "../src/widget_model";
import type { AnyEvent, History, Reply, Request, TreeNode, VersionInfo, WorkerCrashed } from "../src/wire";

interface Sent {
  id: string;
  request: Request;
}

type Answer = (request: Request) => Reply | undefined;

export class FakeModel {
  readonly sent: Sent[] = [];
  readonly listeners = new Map<string, Set<(...values: unknown[]) => void>>();
  saves = 0;

  constructor(
    readonly traits: Partial<Traits>,
    private readonly answer: Answer = () => undefined,
  ) {}

  /** The same object as the views see it; the fake's own methods are wider than the typed ones. */
  get model(): WidgetModel {
    return this as unknown as WidgetModel;
  }

  get(name: keyof Traits): unknown {
    return this.traits[name];
  }

  set(name: keyof Traits, value: never): void {
    this.traits[name] = value;
  }

  save_changes(): void {
    this.saves += 1;
  }

  on(name: string, callback: (...values: unknown[]) => void): void {
    const found = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, found.add(callback));
  }

  off(name: string, callback: (...values: unknown[]) => void): void {
    this.listeners.get(name)?.delete(callback);
  }

  emit(name: string, ...values: unknown[]): void {
    for (const callback of this.listeners.get(name) ?? []) callback(...values);
  }

  send(content: unknown): void {
    const { id, request } = content as Sent;
    this.sent.push({ id, request });
    const reply = this.answer(request);
    if (reply) queueMicrotask(() => this.reply(id, reply));
  }

  reply(id: string, reply: Reply): void {
    this.emit("msg:custom", { id, reply });
  }

  happen(event: AnyEvent): void {
    this.emit("msg:custom", { event });
  }
}

export function version(number: number, more: Partial<VersionInfo> = {}): VersionInfo {
  return {
    module: "till",
    number,
    sha256: `${number}`.repeat(8),
    time: 1000 * number,
    author: "ada",
    message: `change ${number}`,
    outcome: "accepted",
    parent: number - 1,
    reason: "",
    duration_ms: 5,
    added_lines: 1,
    removed_lines: 1,
    tags: [],
    ...more,
  };
}

/** Answers as a sandbox does that keeps the versions of one module. `texts[0]` is version 1. */
export class FakeSandbox {
  constructor(
    readonly texts: string[],
    public live = texts.length,
  ) {}

  readonly answer = (request: Request): Reply => {
    switch (request.type) {
      case "GetHistory":
        return this.history();
      case "GetSource":
        return { ...request, type: "Source", text: this.texts[request.number - 1] ?? "" };
      case "CheckModule":
        return { type: "Checked", module: request.module, ok: true, problems: [], duration_ms: 3, output: "" };
      case "ApplyModules":
        this.live = this.texts.push(Object.values(request.sources)[0] ?? "");
        return this.applied();
      case "RollBack":
        this.live = request.number;
        return this.applied();
      default:
        return { type: "Failure", error: "WireError", message: "not here" };
    }
  };

  private history(): History {
    if (this.texts.length === 0)
      return { type: "Failure", error: "ModuleNotFound", message: "no such module" } as unknown as History;
    const versions = this.texts.map((_, index) => version(index + 1)).reverse();
    return { type: "History", module: "till", live: this.live, versions, total: versions.length };
  }

  private applied(): Reply {
    return {
      type: "Applied",
      ok: true,
      summary: "done",
      versions: { till: this.live },
      objects: [],
      problems: [],
      duration_ms: 12,
      stage: "",
      traceback: "",
    };
  }
}

export function node(more: Partial<TreeNode> = {}): TreeNode {
  return {
    id: "1",
    name: "till",
    kind: "worker",
    status: "running",
    restarts: 0,
    max_restarts: 0,
    max_seconds: 0,
    strategy: "",
    mailbox: 0,
    module: "",
    version: "",
    age_s: 0,
    state: "",
    last_crash: "",
    children: [],
    ...more,
  };
}

export function crashed(number: number): WorkerCrashed {
  return {
    type: "WorkerCrashed",
    number,
    time: number,
    worker: "till",
    reason: "ValueError",
    story: "till could not add -5",
    last_message: "call ('add', -5)",
    state: "{'total': 5}",
    traceback: "ValueError: -5",
    hint: "",
    supervisor: "shop",
    decision: "supervisor 'shop' restarts it (2 of 3 in 5 s left)",
    restarts_left: 2,
  };
}
