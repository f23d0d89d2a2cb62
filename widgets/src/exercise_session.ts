/** Acts for an exercise: sends requests, feeds the answers to its state, tells who shows it. */
import { type Channel, RequestFailed } from "./channel";
import {
  checkBlocked,
  type ExerciseAction,
  type ExerciseState,
  type ExerciseWork,
  initialExercise,
  updateExercise,
} from "./exercise_state";
import type { ExerciseInfo } from "./wire";

export class ExerciseSession {
  state: ExerciseState;
  private readonly listeners = new Set<(state: ExerciseState) => void>();
  private readonly stop: () => void;

  constructor(
    private readonly channel: Channel,
    private readonly exercise: string,
    text: string,
    info: ExerciseInfo,
  ) {
    this.state = initialExercise(text, info);
    this.stop = channel.onMissed(() => void this.open());
  }

  onChange(listener: (state: ExerciseState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.stop();
    this.listeners.clear();
  }

  send(action: ExerciseAction): void {
    this.state = updateExercise(this.state, action);
    for (const listener of this.listeners) listener(this.state);
  }

  open(): Promise<void> {
    return this.learn("load", "GetExercise");
  }

  hint(): Promise<void> {
    return this.learn("hint", "GetHint");
  }

  solution(): Promise<void> {
    return this.learn("solution", "GetSolution");
  }

  /** A module is made live first: the learner sees it run, and what the sandbox refuses needs no check. */
  async check(): Promise<void> {
    if (checkBlocked(this.state)) return;
    const { text, info } = this.state;
    await this.work("check", async () => {
      if (info.module) {
        const note = `exercise ${this.exercise}`;
        const applied = await this.channel.request({ type: "ApplyModules", sources: { [info.module]: text }, note });
        if (!applied.ok) return this.send({ type: "refused", reply: applied });
      }
      const reply = await this.channel.request({ type: "CheckAnswer", exercise: this.exercise, answer: text });
      this.send({ type: "checked", reply, text });
    });
  }

  private learn(asked: ExerciseWork, type: "GetExercise" | "GetHint" | "GetSolution"): Promise<void> {
    return this.work(asked, async () => {
      const info = await this.channel.request({ type, exercise: this.exercise });
      this.send({ type: "info", info, asked });
    });
  }

  private async work(work: ExerciseWork, act: () => Promise<void>): Promise<void> {
    if (this.state.busy) return;
    this.send({ type: "started", work });
    try {
      await act();
    } catch (error) {
      const message = error instanceof RequestFailed ? error.message : String(error);
      this.send({ type: "failed", message: `${message.charAt(0).toUpperCase()}${message.slice(1)}` });
    }
  }
}
