/**
 * A model for the views that speaks with a kernel itself, where no widget and no comm is: requests go over the control
 * channel, so that they are answered while a cell runs; events, and how tree and usage are, come from iopub.
 */
import type { Traits } from "../widget_model";
import type { Request } from "../wire";
import type { Kernel, Message, Packages } from "./host";

type Callback = (content?: unknown) => void;

/** The kernel tells of tree and usage for so long; asked for again in time while the page is seen. */
const WATCH_S = 15;
const CHANGES = new Set<Request["type"]>(["ApplyModules", "ReloadFiles", "RollBack", "StartTree", "Undo", "Redo"]);

export class KernelModel {
  private readonly listeners = new Map<string, Set<Callback>>();
  private readonly pending = new Set<string>();
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(
    private readonly kernel: Kernel,
    private readonly messages: Packages["@jupyterlab/services"]["KernelMessage"],
    private readonly traits: Partial<Traits> = {},
  ) {
    kernel.iopubMessage.connect(this.hear);
    this.timer = setInterval(this.watch, (WATCH_S * 1000) / 3);
    this.watch();
  }

  close(): void {
    clearInterval(this.timer);
    this.kernel.iopubMessage.disconnect(this.hear);
    this.listeners.clear();
  }

  get<K extends keyof Traits>(name: K): Traits[K] {
    return this.traits[name] as Traits[K];
  }

  set<K extends keyof Traits>(name: K, value: Traits[K]): void {
    this.traits[name] = value;
    this.emit(`change:${name}`);
  }

  /** The page is all that knows these traits. */
  save_changes(): void {}

  on(name: string, callback: Callback): void {
    this.listeners.set(name, (this.listeners.get(name) ?? new Set()).add(callback));
  }

  off(name: string, callback: Callback): void {
    this.listeners.get(name)?.delete(callback);
  }

  /** A question may be sent again; a change that was sent is only waited for. */
  send(content: unknown): void {
    const { id, request } = content as { id: string; request: Request };
    if (this.pending.has(id) && CHANGES.has(request.type)) return;
    this.pending.add(id);
    this.ask(request).then(
      (reply) => {
        this.pending.delete(id);
        this.emit("msg:custom", { id, reply: reply.content });
      },
      () => this.pending.delete(id), // the kernel was restarted or the connection broke: it is asked again
    );
  }

  private async ask(request: Request): Promise<Message> {
    const { clientId: session, username } = this.kernel;
    const header = { msgType: "sandbox_request", channel: "control", session, username };
    const message = this.messages.createMessage({ ...header, content: request });
    return this.kernel.sendControlMessage(message, true, true).done;
  }

  private readonly watch = (): void => {
    if (!document.hidden) this.ask({ type: "Watch", seconds: WATCH_S }).catch(() => {});
  };

  private readonly hear = (_: unknown, message: Message): void => {
    const kind = message.header.msg_type;
    if (kind === "sandbox_event") this.emit("msg:custom", { event: message.content });
    if (kind === "sandbox_live") this.emit("msg:custom", { live: message.content });
  };

  private emit(name: string, content?: unknown): void {
    for (const callback of [...(this.listeners.get(name) ?? [])]) callback(content);
  }
}
