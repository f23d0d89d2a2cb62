/** Keeps the state of one sandbox fresh: one snapshot first, then what is pushed; asks only where nothing is pushed. */
import { type Channel, RequestFailed } from "./channel";
import { type LiveAction, type LiveState, nothing, update } from "./live_state";
import type { Door } from "./page";
import type { AnyEvent } from "./wire";

const FRAME_MS = 50;
/** A sandbox that is watched says something every 2 s. */
const QUIET_MS = 8000;
const CRASHES = ["WorkerCrashed", "WorkerRestarted", "SupervisorGaveUp"];

export class LiveSession {
  state: LiveState = nothing;
  private readonly listeners = new Set<(state: LiveState) => void>();
  private readonly ends: (() => void)[];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private quiet: ReturnType<typeof setTimeout> | undefined;
  private pushed = false;
  private changed = false;
  door: Door | null = null;

  constructor(private readonly channel: Channel) {
    this.ends = [
      channel.onEvent((event) => this.receive(event)),
      channel.onLive((sample) => {
        this.pushed = true;
        this.awaitNext();
        this.send({ type: "sample", sample });
      }),
      channel.onMissed(() => void this.open()),
      channel.onSilence((since) => this.send({ type: "silent", since })),
    ];
    document.addEventListener("visibilitychange", this.whenSeenAgain);
    globalThis.addEventListener("online", this.whenSeenAgain);
  }

  /** Calls back after changes, at most 20 times a second; at once for the first in a while. */
  onChange(listener: (state: LiveState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.quiet);
    document.removeEventListener("visibilitychange", this.whenSeenAgain);
    globalThis.removeEventListener("online", this.whenSeenAgain);
    this.listeners.clear();
    for (const end of this.ends) end();
  }

  send(action: LiveAction): void {
    this.state = update(this.state, action);
    if (this.timer !== undefined) {
      this.changed = true;
      return;
    }
    this.draw();
  }

  private draw(): void {
    this.changed = false;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.changed) this.draw();
    }, FRAME_MS);
    for (const listener of this.listeners) listener(this.state);
  }

  /** The page knows the kernel from outside: it can end what hangs. */
  useDoor(door: Door): void {
    this.door = door;
    const tell = () => this.send({ type: "busy", since: door.busySince() });
    this.ends.push(door.onChange(tell));
    tell();
  }

  /** Ends the cell that runs. From outside, so that it works while the kernel answers nobody. */
  async interrupt(): Promise<void> {
    await this.ask(async () => this.door?.interrupt());
  }

  async restart(): Promise<void> {
    await this.ask(async () => this.door?.restart());
  }

  /** Everything: for the first paint, and when the page was away or missed something. */
  async open(): Promise<void> {
    await this.load();
    await this.ask(async () => {
      const { events } = await this.channel.request({ type: "GetEvents", kinds: CRASHES });
      this.send({ type: "past", events });
    });
  }

  private async load(): Promise<void> {
    await this.ask(async () => {
      const snapshot = await this.channel.request({ type: "GetSnapshot" });
      this.send({ type: "snapshot", snapshot });
    });
  }

  private readonly whenSeenAgain = (): void => {
    if (!document.hidden) void this.open();
  };

  private awaitNext(): void {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(this.whenSeenAgain, QUIET_MS);
  }

  /** Starts a declared tree, after a supervisor gave up. */
  async start(target: string): Promise<void> {
    await this.ask(async () => {
      const sample = await this.channel.request({ type: "StartTree", target });
      this.send({ type: "sample", sample });
    });
  }

  private receive(event: AnyEvent): void {
    this.send({ type: "event", event });
    if (event.type === "Reloaded" || !this.pushed) void this.load();
  }

  private async ask(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.send({ type: "failed", message: error instanceof RequestFailed ? error.message : String(error) });
    }
  }
}
