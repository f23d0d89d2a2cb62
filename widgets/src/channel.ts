/**
 * Requests and events of one view over its widget's comm, as custom messages: `{id, request}` is answered by
 * `{id, reply}`, what happens by itself comes as `{event}`, how the tree and the usage are now as `{live}`. All views of a
 * page share nothing here: the ids of each channel start with its own prefix, because a reply reaches every view of the
 * same model.
 *
 * A message may be lost: a connection breaks, a subshell ends. So a request is sent again under its id until it is
 * answered (the sandbox carries out each id once), and pushed messages are numbered by `seq`, so that a gap is noticed.
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
  seq?: number;
}

export type Sample = Tree | Usage;

interface Waiting {
  request: Request;
  since: number;
  tries: number;
  timer?: ReturnType<typeof setTimeout>;
  resolve(reply: Reply): void;
  reject(error: RequestFailed): void;
}

/** How long to wait for an answer before asking again; the last one from then on. */
const AGAIN_MS = [2000, 4000, 8000, 15_000];

let channels = 0;

export class Channel {
  private readonly prefix = `${Date.now().toString(36)}-${++channels}-`;
  private readonly waiting = new Map<string, Waiting>();
  private readonly listeners = new Set<(event: AnyEvent) => void>();
  private readonly watchers = new Set<(sample: Sample) => void>();
  private readonly mended = new Set<() => void>();
  private readonly silences = new Set<(since: number | null) => void>();
  private count = 0;
  private seq: number | null = null;
  private silent: number | null = null;

  constructor(private comm: Comm) {
    comm.on("msg:custom", this.receive);
  }

  /** Resolves with the reply of that request; rejects with RequestFailed when the sandbox refused it. */
  request<R extends Request>(request: R): Promise<Replies[R["type"]]> {
    const id = `${this.prefix}${++this.count}`;
    return new Promise((resolve, reject) => {
      const waiting = { request, since: Date.now(), tries: 0, resolve: resolve as (reply: Reply) => void, reject };
      this.waiting.set(id, waiting);
      this.post(id, waiting);
    });
  }

  /** Calls back for each event from now on; returns how to stop it. */
  onEvent(listener: (event: AnyEvent) => void): () => void {
    return heard(this.listeners, listener);
  }

  /** Calls back with each new tree and usage; returns how to stop it. */
  onLive(watcher: (sample: Sample) => void): () => void {
    return heard(this.watchers, watcher);
  }

  /** Calls back when something may have been missed: ask for everything again. */
  onMissed(listener: () => void): () => void {
    return heard(this.mended, listener);
  }

  /** Calls back with since when (ms since the epoch) a question stays unanswered, and with null once it is. */
  onSilence(listener: (since: number | null) => void): () => void {
    return heard(this.silences, listener);
  }

  /** Speaks over another comm from now on, as after a restart: what waits is asked there. */
  use(comm: Comm): void {
    this.comm.off("msg:custom", this.receive);
    this.comm = comm;
    this.seq = null;
    comm.on("msg:custom", this.receive);
    for (const [id, waiting] of this.waiting) this.post(id, waiting);
    for (const listener of this.mended) listener();
  }

  /** Stops listening; what still waits is left unanswered. */
  close(): void {
    this.comm.off("msg:custom", this.receive);
    for (const waiting of this.waiting.values()) clearTimeout(waiting.timer);
    for (const set of [this.waiting, this.listeners, this.watchers, this.mended, this.silences]) set.clear();
  }

  private post(id: string, waiting: Waiting): void {
    clearTimeout(waiting.timer);
    const after = AGAIN_MS[Math.min(waiting.tries, AGAIN_MS.length - 1)];
    waiting.timer = setTimeout(() => {
      waiting.tries += 1;
      this.tellSilence(waiting.since);
      this.post(id, waiting);
    }, after);
    try {
      this.comm.send({ id, request: waiting.request });
    } catch {
      // the kernel is being restarted or the connection is broken: it is sent again, or over the next comm
    }
  }

  private tellSilence(since: number | null): void {
    if (since === this.silent || (since !== null && this.silent !== null)) return;
    this.silent = since;
    for (const listener of this.silences) listener(since);
  }

  private readonly receive = (content: unknown): void => {
    const { id, reply, event, live, seq } = (content ?? {}) as Incoming;
    this.follow(seq);
    if (event) for (const listener of this.listeners) listener(event);
    if (live) for (const watcher of this.watchers) watcher(live);
    const waiting = id === undefined ? undefined : this.waiting.get(id);
    if (id === undefined || !waiting || !reply) return;
    clearTimeout(waiting.timer);
    this.waiting.delete(id);
    this.tellSilence(null);
    if (reply.type === "Failure") waiting.reject(failure(reply));
    else waiting.resolve(reply);
  };

  private follow(seq: number | undefined): void {
    if (seq === undefined) return;
    const missed = this.seq !== null && seq !== this.seq + 1;
    this.seq = seq;
    if (missed) for (const listener of this.mended) listener();
  }
}

function heard<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function failure(reply: Failure): RequestFailed {
  return new RequestFailed(reply.error, reply.message);
}
