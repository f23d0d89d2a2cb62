/** Acts for one module's editor: sends requests, feeds the answers to the state, tells who shows it. */
import { type Channel, RequestFailed } from "./channel";
import { type Action, blockedBecause, initial, type ModuleState, update, type Work } from "./module_state";
import type { AnyEvent } from "./wire";

const SLOW_AFTER_MS = 3000;

export class ModuleSession {
  state: ModuleState;
  private readonly listeners = new Set<(state: ModuleState) => void>();
  private readonly texts = new Map<number, string>();
  private readonly ends: (() => void)[];

  constructor(
    private readonly channel: Channel,
    module: string,
    text: string,
    live: number,
  ) {
    this.state = initial(module, text, live);
    this.ends = [channel.onEvent((event) => this.receive(event)), channel.onMissed(() => void this.load())];
  }

  onChange(listener: (state: ModuleState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    for (const end of this.ends) end();
    this.listeners.clear();
  }

  send(action: Action): void {
    const before = this.state;
    this.state = update(before, action);
    if (this.state !== before) for (const listener of this.listeners) listener(this.state);
  }

  /** For an editor that was given no text: starts with the saved file's. */
  async open(): Promise<void> {
    if (this.state.text === "") {
      const text = await this.savedText();
      if (text && this.state.text === "") this.send({ type: "typed", text });
    }
    await this.load();
  }

  /** The history and the live text, as they are now. A module that does not exist yet is a new one. */
  async load(): Promise<void> {
    const { module } = this.state;
    try {
      const history = await this.channel.request({ type: "GetHistory", module });
      const liveText = history.live === 0 ? "" : await this.textOf(history.live);
      this.send({ type: "loaded", history, liveText });
    } catch (error) {
      if (error instanceof RequestFailed && error.error === "ModuleNotFound") this.send({ type: "new" });
      else this.send({ type: "failed", message: messageOf(error) });
    }
  }

  async check(): Promise<void> {
    const { module, text } = this.state;
    await this.work("check", async () => {
      const reply = await this.channel.request({ type: "CheckModule", module, source: text });
      this.send({ type: "checked", reply, text });
    });
  }

  async reload(note = ""): Promise<void> {
    if (blockedBecause(this.state)) return this.send({ type: "blocked" });
    const { module, text } = this.state;
    await this.work("reload", async () => {
      const reply = await this.channel.request({ type: "ApplyModules", sources: { [module]: text }, note });
      this.send({ type: "applied", reply, text, was: "reload" });
      await this.load();
    });
  }

  async rollBack(number: number): Promise<void> {
    const { module } = this.state;
    await this.work("rollback", async () => {
      const text = await this.textOf(number);
      const reply = await this.channel.request({ type: "RollBack", module, number });
      this.send({ type: "applied", reply, text, was: "rollback" });
      await this.load();
    });
  }

  /** Shows two versions side by side; 0 is the text in the editor. */
  async compare(left: number, right: number): Promise<void> {
    await this.work("compare", async () => {
      const [leftText, rightText] = await Promise.all([this.textOf(left), this.textOf(right)]);
      this.send({ type: "compared", compare: { left, right, leftText, rightText } });
    });
  }

  /** Puts the text of a version into the editor, without loading it. */
  async copy(number: number): Promise<void> {
    await this.work("compare", async () => {
      this.send({ type: "copied", number, text: await this.textOf(number) });
    });
  }

  private async work(work: Work, act: () => Promise<void>): Promise<void> {
    if (this.state.busy) return;
    this.send({ type: "started", work });
    const timer = setTimeout(() => this.send({ type: "slow" }), SLOW_AFTER_MS);
    try {
      await act();
    } catch (error) {
      this.send({ type: "failed", message: messageOf(error) });
    } finally {
      clearTimeout(timer);
    }
  }

  private async savedText(): Promise<string> {
    const request = { type: "GetSource", module: this.state.module, number: 0 } as const;
    try {
      return (await this.channel.request(request)).text;
    } catch {
      return ""; // a module without a file is a new one; load() tells
    }
  }

  /** Versions never change, so each text is asked for once. */
  private async textOf(number: number): Promise<string> {
    if (number === 0) return this.state.text;
    const known = this.texts.get(number);
    if (known !== undefined) return known;
    const source = await this.channel.request({ type: "GetSource", module: this.state.module, number });
    this.texts.set(number, source.text);
    return source.text;
  }

  private receive(event: AnyEvent): void {
    const { module, busy } = this.state;
    const ours =
      (event.type === "Reloaded" && module in event.versions) ||
      (event.type === "ReloadRejected" && event.modules.includes(module));
    if (ours && busy !== "reload" && busy !== "rollback") void this.load();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
