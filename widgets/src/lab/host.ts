/**
 * What this extension uses of JupyterLab and Notebook 7, described by its shape. The real packages are the page's own,
 * taken from its shared scope when they are needed; nothing of them is built in.
 */

export interface Signal<T> {
  connect(slot: (sender: unknown, args: T) => void): void;
  disconnect(slot: (sender: unknown, args: T) => void): void;
}

export interface Message {
  header: { msg_type: string };
  content: unknown;
}

export interface Kernel {
  name: string;
  clientId: string;
  username: string;
  iopubMessage: Signal<Message>;
  sendControlMessage(message: object, expectReply: boolean, disposeOnDone: boolean): { done: Promise<Message> };
}

export interface Session {
  name: string;
  path: string;
  kernel: Kernel | null;
}

export interface ShellWidget {
  id: string;
  node: HTMLElement;
  isDisposed: boolean;
  title: { label: string; caption: string; closable: boolean };
  disposed: Signal<void>;
  sessionContext?: { session: Session | null; kernelChanged: Signal<unknown> };
}

export interface App {
  name: string;
  shell: {
    currentWidget: ShellWidget | null;
    currentChanged?: Signal<unknown>;
    add(widget: ShellWidget, area: string, options?: object): void;
    activateById(id: string): void;
  };
  commands: {
    addCommand(id: string, options: object): void;
    addKeyBinding(options: object): void;
  };
}

export interface Palette {
  addItem(item: { command: string; category: string }): void;
}

export interface Packages {
  "@lumino/widgets": { Widget: new (options: { node: HTMLElement }) => ShellWidget };
  "@jupyterlab/services": { KernelMessage: { createMessage(options: object): object } };
  "@jupyterlab/apputils": {
    ICommandPalette: unknown;
    Notification: { error(message: string, options?: object): string };
    showErrorMessage(title: string, message: string): Promise<void>;
  };
}

interface Shared {
  get(): Promise<() => unknown>;
}

export type Scope = Record<string, Record<string, Shared> | undefined>;

/** One of the page's own packages. Rejects where the page has none, as in Voila. */
export async function shared<K extends keyof Packages>(scope: Scope, name: K): Promise<Packages[K]> {
  const found = Object.values(scope[name] ?? {})[0];
  if (!found) throw new Error(`this page has no ${name}`);
  return (await found.get())() as Packages[K];
}
