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

/** Asks again after each change, at most ten times a second; what is folded is not asked for. */
export class PanelSession {
  state: PanelState = { sandboxes: null, snapshots: {}, histories: {}, error: "" };
  private readonly unfolded = new Set<string>();
  private readonly foldedSandboxes = new Set<string>();
  private readonly stop: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

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

  soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.load();
    }, FRAME_MS);
  }

  async load(): Promise<void> {
    try {
      const sandboxes = await this.api.list();
      const wanted = sandboxes.filter(({ id, running }) => running && !this.folded(id));
      const snapshots: Record<string, Snapshot> = {};
      await Promise.all(
        wanted.map(async ({ id }) => {
          snapshots[id] = await this.api.snapshot(id);
        }),
      );
      const histories: Record<string, History> = {};
      await Promise.all(
        [...this.unfolded].map(async (key) => {
          const [id = "", module] = key.split("/");
          if (module && snapshots[id]) histories[key] = await this.api.history(id, module);
        }),
      );
      this.set({ sandboxes, snapshots, histories, error: "" });
    } catch (error) {
      this.set({ ...this.state, error: error instanceof Error ? error.message : String(error) });
    }
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
      this.set({ ...this.state, error: error instanceof Error ? error.message : String(error) });
    }
  }

  private set(state: PanelState): void {
    if (this.closed) return;
    this.state = state;
    this.draw(state);
  }
}
