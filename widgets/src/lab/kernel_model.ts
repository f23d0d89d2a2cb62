/**
 * A model for the views that speaks with a kernel itself, where no widget and no comm is: requests go over the control
 * channel, so that they are answered while a cell runs, and events come from iopub.
 */
import type { Traits } from "../widget_model";
import type { Kernel, Message, Packages } from "./host";

type Callback = (content?: unknown) => void;

export class KernelModel {
  private readonly listeners = new Map<string, Set<Callback>>();

  constructor(
    private readonly kernel: Kernel,
    private readonly messages: Packages["@jupyterlab/services"]["KernelMessage"],
    private readonly traits: Partial<Traits>,
  ) {
    kernel.iopubMessage.connect(this.hear);
  }

  close(): void {
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

  send(content: unknown): void {
    const { id, request } = content as { id: string; request: object };
    const { clientId: session, username } = this.kernel;
    const message = this.messages.createMessage({
      msgType: "sandbox_request",
      channel: "control",
      session,
      username,
      content: request,
    });
    this.kernel.sendControlMessage(message, true, true).done.then(
      (reply) => this.emit("msg:custom", { id, reply: reply.content }),
      (error: unknown) => {
        const text = `The kernel did not answer: ${error instanceof Error ? error.message : error}. Restart it.`;
        this.emit("msg:custom", { id, reply: { type: "Failure", error: "KernelUnresponsive", message: text } });
      },
    );
  }

  private readonly hear = (_: unknown, message: Message): void => {
    if (message.header.msg_type === "sandbox_event") this.emit("msg:custom", { event: message.content });
  };

  private emit(name: string, content?: unknown): void {
    for (const callback of [...(this.listeners.get(name) ?? [])]) callback(content);
  }
}
