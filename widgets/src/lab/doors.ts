/** The kernels of open notebooks as views see them from outside: what runs, since when, and how to end it. */
import type { Door } from "../page";
import type { App, Kernel, Message, Packages, SessionContext, ShellWidget } from "./host";
import { KernelModel } from "./kernel_model";

type Listener = (what: "busy" | "restarted") => void;

/** What runs in one kernel, from its own messages; the kernel connection outlives restarts. */
export class KernelDoor implements Door {
  private readonly listeners = new Set<Listener>();
  private running: string | null = null;
  private since: number | null = null;
  private awaited = false;

  constructor(
    readonly kernel: Kernel,
    private readonly messages: Packages["@jupyterlab/services"]["KernelMessage"],
  ) {
    kernel.iopubMessage.connect((_, message) => this.hear(message));
    kernel.statusChanged.connect((_, status) => this.follow(status));
  }

  open(): KernelModel {
    return new KernelModel(this.kernel, this.messages);
  }

  busySince(): number | null {
    return this.since;
  }

  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  interrupt(): Promise<void> {
    return this.kernel.interrupt();
  }

  restart(): Promise<void> {
    return this.kernel.restart();
  }

  private hear({ header, parent_header: parent, content }: Message): void {
    if (header.msg_type !== "status" || parent.msg_type !== "execute_request") return;
    const { execution_state: state } = content as { execution_state: string };
    if (state === "busy") this.set(parent.msg_id ?? "", Date.now());
    else if (state === "idle" && parent.msg_id === this.running) this.set(null, null);
  }

  private follow(status: string): void {
    if (status === "restarting" || status === "autorestarting") {
      this.awaited = true;
      this.set(null, null);
    } else if (this.awaited && (status === "idle" || status === "busy")) {
      this.awaited = false;
      this.tell("restarted");
    }
  }

  private set(running: string | null, since: number | null): void {
    this.running = running;
    this.since = since;
    this.tell("busy");
  }

  private tell(what: "busy" | "restarted"): void {
    for (const listener of [...this.listeners]) listener(what);
  }
}

/** One door per kernel connection of the page. */
export class Doors {
  private readonly known = new WeakMap<Kernel, KernelDoor>();

  constructor(
    private readonly app: App,
    private readonly messages: Packages["@jupyterlab/services"]["KernelMessage"],
  ) {
    const look = () => {
      for (const widget of this.documents()) this.follow(widget.sessionContext as SessionContext);
    };
    app.shell.currentChanged?.connect(look);
    void app.restored.then(look);
  }

  /** Any, known kernel of the page or not yet. */
  of(kernel: Kernel): KernelDoor {
    const door = this.known.get(kernel) ?? new KernelDoor(kernel, this.messages);
    this.known.set(kernel, door);
    return door;
  }

  /** The kernel of the document that shows `el`. */
  around(el: HTMLElement): KernelDoor | null {
    const around = [...this.documents()].find((widget) => widget.node.contains(el));
    const kernel = around?.sessionContext?.session?.kernel;
    return kernel ? this.of(kernel) : null;
  }

  /** The session of an open document by its kernel's id. */
  sessionOf(kernelId: string): ShellWidget | null {
    const of = ({ sessionContext }: ShellWidget) => sessionContext?.session?.kernel?.id === kernelId;
    return [...this.documents()].find(of) ?? null;
  }

  *documents(): Iterable<ShellWidget> {
    for (const widget of this.app.shell.widgets("main")) if (widget.sessionContext) yield widget;
  }

  /** From the start, so that the time of a cell that hangs is known when somebody asks. */
  private follow(context: SessionContext): void {
    const look = (): void => {
      if (context.session?.kernel) this.of(context.session.kernel);
    };
    context.kernelChanged.connect(look);
    void context.ready.then(look);
  }
}
