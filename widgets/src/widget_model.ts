/** What the views need of anywidget's model, with the traits of `sandbox_kernel/runtime/widgets.py`. */
import type { Comm } from "./channel";
import type { ExerciseInfo } from "./wire";

export interface Traits {
  view: string;
  module: string;
  source: string;
  version: number;
  edited: boolean;
  height: string;
  left: number;
  right: number;
  selected: string;
  texts: Record<string, string>;
  exercise: string;
  answer: string;
  prompt: boolean;
  info: ExerciseInfo;
}

type Change = `change:${keyof Traits}`;

export interface WidgetModel extends Comm {
  get<K extends keyof Traits>(name: K): Traits[K];
  set<K extends keyof Traits>(name: K, value: Traits[K]): void;
  save_changes(): void;
  on(name: "msg:custom", callback: (content: unknown) => void): void;
  on(name: Change, callback: () => void): void;
  off(name: "msg:custom", callback: (content: unknown) => void): void;
  off(name: Change, callback: () => void): void;
}
