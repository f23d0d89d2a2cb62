/** What the side panel asks of the page around it, and its state as plain data. */
import type { History, Served, Snapshot } from "./wire";

export type Act = "interrupt" | "restart" | "shutdown";

/** The sandboxes of the server, as JupyterLab reaches them. What loses something asks the user first. */
export interface PanelApi {
  list(): Promise<Served[]>;
  snapshot(sandbox: string): Promise<Snapshot>;
  history(sandbox: string, module: string): Promise<History>;
  rollBack(sandbox: string, module: string, number: number): Promise<void>;
  act(sandbox: Served, what: Act): Promise<void>;
  openStudio(sandbox: Served): void;
  openModule(sandbox: Served, module: string): void;
  /** Calls back with the id of a sandbox in which something happened, empty for any; returns how to stop it. */
  onChange(listener: (sandbox: string) => void): () => void;
}

export interface PanelState {
  sandboxes: Served[] | null;
  snapshots: Record<string, Snapshot>;
  histories: Record<string, History>;
  error: string;
}

const FRAME_MS = 100;
const AGAIN_MS = 1000;

/**
 * Asks again after each change, at most ten times a second; what is folded is not asked for. Of answers that overtake each
 * other the one that was asked for last counts. A sandbox that does not answer, because it starts again or ends, keeps what
 * it showed and is asked again; the others are not held up by it.
 */
export class PanelSession {
  state: PanelState = { sandboxes: null, snapshots: {}, histories: {}, error: "" };
  private readonly unfolded = new Set<string>();
  private readonly foldedSandboxes = new Set<string>();
  private readonly stop: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private asked = 0;
  private shown = 0;

  constructor(
    readonly api: PanelApi,
    private readonly draw: (state: PanelState) => void,
  ) {
    this.stop = api.onChange(() => this.soon());
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.stop();
  }

  soon(delay_ms = FRAME_MS): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.load();
    }, delay_ms);
  }

  async load(): Promise<void> {
    this.asked += 1;
    const number = this.asked;
    try {
      const found = await this.found();
      if (number < this.shown) return;
      this.shown = number;
      this.set({ ...found, error: "" });
    } catch (error) {
      this.fail(error);
    }
  }

  private async found(): Promise<Omit<PanelState, "error">> {
    const sandboxes = await this.api.list();
    const wanted = sandboxes.filter(({ id, running }) => running && !this.folded(id)).map(({ id }) => id);
    const snapshots = await this.each(wanted, this.state.snapshots, (id) => this.api.snapshot(id));
    const unfolded = [...this.unfolded].filter((key) => snapshots[key.split("/")[0] ?? ""]);
    const histories = await this.each(unfolded, this.state.histories, (key) => {
      const [id = "", module = ""] = key.split("/");
      return this.api.history(id, module);
    });
    return { sandboxes, snapshots, histories };
  }

  private async each<T>(keys: string[], before: Record<string, T>, ask: (key: string) => Promise<T>) {
    const answers: Record<string, T> = {};
    await Promise.all(
      keys.map(async (key) => {
        try {
          answers[key] = await ask(key);
        } catch {
          const kept = before[key];
          if (kept) answers[key] = kept;
          if (!this.closed) this.soon(AGAIN_MS);
        }
      }),
    );
    return answers;
  }

  /** Sandboxes are unfolded unless the user folds them; the versions of a module the other way round. */
  folded(sandbox: string): boolean {
    return this.foldedSandboxes.has(sandbox);
  }

  fold(sandbox: string, folded: boolean): void {
    if (folded) this.foldedSandboxes.add(sandbox);
    else if (this.foldedSandboxes.delete(sandbox)) this.soon();
  }

  isUnfolded(sandbox: string, module: string): boolean {
    return this.unfolded.has(`${sandbox}/${module}`);
  }

  unfold(sandbox: string, module: string, open: boolean): void {
    const key = `${sandbox}/${module}`;
    if (open) this.unfolded.add(key);
    else this.unfolded.delete(key);
    void this.load();
  }

  /** Something the user asked for; a refusal is shown above the list. */
  async act(doing: Promise<void>): Promise<void> {
    try {
      await doing;
      await this.load();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.set({ ...this.state, error: error instanceof Error ? error.message : String(error) });
  }

  private set(state: PanelState): void {
    if (this.closed) return;
    this.state = state;
    this.draw(state);
  }
}
