/**
 * Requests and events of one view over its widget's comm, as custom messages: `{id, request}` is answered by
 * `{id, reply}`, what happens by itself comes as `{event}`, how the tree and the usage are now as `{live}`. All views of a page share nothing here: the ids of each
 * channel start with its own prefix, because a reply reaches every view of the same model.
 */
import type { AnyEvent, Failure, Replies, Reply, Request, Tree, Usage } from "./wire";

/** What this needs of anywidget's model; `buffers` is unused here. */
export interface Comm {
  send(content: unknown): void;
  on(name: "msg:custom", callback: (content: unknown) => void): void;
  off(name: "msg:custom", callback: (content: unknown) => void): void;
}

/** The sandbox did not carry out the request; `error` is the class name of its error. */
export class RequestFailed extends Error {
  constructor(
    readonly error: string,
    message: string,
  ) {
    super(message);
  }
}

interface Incoming {
  id?: string;
  reply?: Reply;
  event?: AnyEvent;
  live?: Sample;
}

export type Sample = Tree | Usage;

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: RequestFailed): void;
}

let channels = 0;

export class Channel {
  private readonly prefix = `${Date.now().toString(36)}-${++channels}-`;
  private readonly waiting = new Map<string, Waiting>();
  private readonly listeners = new Set<(event: AnyEvent) => void>();
  private readonly watchers = new Set<(sample: Sample) => void>();
  private count = 0;

  constructor(private readonly comm: Comm) {
    comm.on("msg:custom", this.receive);
  }

  /** Resolves with the reply of that request; rejects with RequestFailed when the sandbox refused it. */
  request<R extends Request>(request: R): Promise<Replies[R["type"]]> {
    const id = `${this.prefix}${++this.count}`;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (reply: Reply) => void, reject });
      this.comm.send({ id, request });
    });
  }

  /** Calls back for each event from now on; returns how to stop it. */
  onEvent(listener: (event: AnyEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls back with each new tree and usage; returns how to stop it. */
  onLive(watcher: (sample: Sample) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Stops listening; what still waits is left unanswered. */
  close(): void {
    this.comm.off("msg:custom", this.receive);
    this.waiting.clear();
    this.listeners.clear();
    this.watchers.clear();
  }

  private readonly receive = (content: unknown): void => {
    const { id, reply, event, live } = (content ?? {}) as Incoming;
    if (event) for (const listener of this.listeners) listener(event);
    if (live) for (const watcher of this.watchers) watcher(live);
    const waiting = id === undefined ? undefined : this.waiting.get(id);
    if (id === undefined || !waiting || !reply) return;
    this.waiting.delete(id);
    if (reply.type === "Failure") waiting.reject(failure(reply));
    else waiting.resolve(reply);
  };
}

function failure(reply: Failure): RequestFailed {
  return new RequestFailed(reply.error, reply.message);
}
