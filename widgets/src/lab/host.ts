/**
 * What this extension uses of JupyterLab and Notebook 7, described by its shape. The real packages are the page's own,
 * taken from its shared scope when they are needed; nothing of them is built in.
 */

export interface Signal<T> {
  connect(slot: (sender: unknown, args: T) => void): void;
  disconnect(slot: (sender: unknown, args: T) => void): void;
}

export interface Message {
  header: { msg_type: string; msg_id: string };
  parent_header: { msg_type?: string; msg_id?: string };
  content: unknown;
}

export interface Kernel {
  id: string;
  name: string;
  status: string;
  clientId: string;
  username: string;
  iopubMessage: Signal<Message>;
  statusChanged: Signal<string>;
  sendControlMessage(message: object, expectReply: boolean, disposeOnDone: boolean): { done: Promise<Message> };
  interrupt(): Promise<void>;
  restart(): Promise<void>;
}

export interface Session {
  name: string;
  path: string;
  kernel: Kernel | null;
}

export interface SessionContext {
  session: Session | null;
  ready: Promise<void>;
  kernelChanged: Signal<unknown>;
}

export interface ShellWidget {
  id: string;
  node: HTMLElement;
  isDisposed: boolean;
  title: { label: string; caption: string; closable: boolean; icon?: unknown; className?: string };
  disposed: Signal<void>;
  dispose(): void;
  sessionContext?: SessionContext;
  context?: { path: string };
}

export interface App {
  name: string;
  restored: Promise<void>;
  shell: {
    currentWidget: ShellWidget | null;
    currentChanged?: Signal<unknown>;
    widgets(area?: string): Iterable<ShellWidget>;
    add(widget: ShellWidget, area: string, options?: object): void;
    activateById(id: string): void;
  };
  commands: {
    addCommand(id: string, options: object): void;
    execute(id: string, args?: object): Promise<unknown>;
    notifyCommandChanged(id?: string): void;
  };
  serviceManager: {
    serverSettings: { baseUrl: string };
    events: { stream: Signal<Record<string, unknown>> };
    kernels: { runningChanged: Signal<unknown>; connectTo(options: object): Kernel };
    sessions: { running(): Iterable<{ path: string; kernel: { id: string } | null }> };
  };
}

export interface Palette {
  addItem(item: { command: string; category: string }): void;
}

export interface Settings {
  composite: Record<string, unknown>;
  changed: Signal<unknown>;
}

export interface SettingRegistry {
  load(plugin: string): Promise<Settings>;
}

export interface Translator {
  load(domain: string): { __(text: string): string };
}

export interface StatusBar {
  registerStatusItem(id: string, item: object): { dispose(): void };
}

export interface FileBrowserFactory {
  tracker: { currentWidget: { selectedItems(): Iterable<{ path: string; type: string }> } | null };
}

export interface Packages {
  "@lumino/widgets": { Widget: new (options: { node: HTMLElement }) => ShellWidget };
  "@jupyterlab/services": {
    KernelMessage: { createMessage(options: object): object };
    ServerConnection: { makeRequest(url: string, init: RequestInit, settings: object): Promise<Response> };
  };
  "@jupyterlab/apputils": {
    ICommandPalette: unknown;
    Notification: {
      error(message: string, options?: object): string;
      warning(message: string, options?: object): string;
      update(options: object): boolean;
    };
    Dialog: {
      cancelButton(options?: object): object;
      okButton(options?: object): object;
      warnButton(options?: object): object;
    };
    showDialog(options: object): Promise<{ button: { accept: boolean } }>;
    showErrorMessage(title: string, message: string): Promise<void>;
  };
  "@jupyterlab/coreutils": {
    PageConfig: { getOption(name: string): string; setOption(name: string, value: string): void };
  };
  "@jupyterlab/settingregistry": { ISettingRegistry: unknown };
  "@jupyterlab/translation": { ITranslator: unknown };
  "@jupyterlab/statusbar": { IStatusBar: unknown };
  "@jupyterlab/filebrowser": { IFileBrowserFactory: unknown };
  "@jupyterlab/ui-components": { LabIcon: new (options: { name: string; svgstr: string }) => object };
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

/** The same where a page may do without it, as Notebook 7 without a status bar. */
export async function sharedOrNone<K extends keyof Packages>(scope: Scope, name: K): Promise<Packages[K] | null> {
  return scope[name] ? shared(scope, name) : null;
}
