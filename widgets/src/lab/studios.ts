/** The studio of an open notebook's sandbox beside it, and a module of any sandbox as a document of its own. */
import { t } from "../text";
import type { Traits, WidgetModel } from "../widget_model";
import type { Kernel, Session, SessionContext, ShellWidget } from "./host";
import { MODULE, SANDBOX } from "./icons";
import { KernelModel } from "./kernel_model";
import { scrolled, type Tools } from "./page_tools";

const KERNEL = /^sandbox/;

type Running = Session & { kernel: Kernel };

export class Studios {
  private readonly own = new Map<string, Kernel>();
  private readonly shown = new Set<string>();

  constructor(
    private readonly tools: Tools,
    private readonly messages: ConstructorParameters<typeof KernelModel>[1],
  ) {}

  /** The session of the notebook or console in front, else of the only one that is open, when its kernel is a sandbox. */
  current(): Running | null {
    const front = sandboxOf(this.tools.app.shell.currentWidget?.sessionContext);
    if (front) return front;
    const all = [...this.tools.doors.documents()].flatMap((widget) => sandboxOf(widget.sessionContext) ?? []);
    return all.length === 1 ? (all[0] ?? null) : null;
  }

  async open(session: Running): Promise<void> {
    const traits = { view: "Studio", selected: "", texts: {}, height: "420px" };
    await this.show({
      id: `sandbox-studio-${session.kernel.id}`,
      label: t("Studio: {name}", { name: session.name }),
      caption: t("Sandbox of {path}", { path: session.path }),
      icon: this.tools.icon("studio", SANDBOX),
      kernel: session.kernel,
      traits,
    });
  }

  /** `sandbox` is a kernel's id; the kernel need not be open in this page. */
  async openModule(sandbox: string, name: string, module: string): Promise<void> {
    const kernel = this.tools.doors.sessionOf(sandbox)?.sessionContext?.session?.kernel ?? this.connect(sandbox);
    const traits = { view: "ModuleDocument", module, source: "", version: 0, edited: false, height: "70vh" };
    await this.show({
      id: `sandbox-module-${sandbox}-${module}`,
      label: `${module}.py`,
      caption: t("Module {module} of the sandbox {name}", { module, name }),
      icon: this.tools.icon("module", MODULE),
      kernel,
      traits,
    });
  }

  private connect(sandbox: string): Kernel {
    const known = this.own.get(sandbox);
    if (known && known.status !== "dead") return known;
    const kernel = this.tools.app.serviceManager.kernels.connectTo({ model: { id: sandbox, name: "sandbox" } });
    this.own.set(sandbox, kernel);
    return kernel;
  }

  private async show(what: Shown): Promise<void> {
    const { app, inLab } = this.tools;
    if (document.getElementById(what.id)) return app.shell.activateById(what.id);
    const { mount } = await this.tools.views();
    const [node, content] = scrolled();
    const widget = this.tools.widget(what.id, what.label, what.caption, node);
    widget.title.icon = what.icon;
    const model = new KernelModel(what.kernel, this.messages, what.traits);
    const beside = [...this.shown].find((id) => document.getElementById(id));
    const place = beside ? { mode: "tab-after", ref: beside } : { mode: "split-right" };
    app.shell.add(widget, inLab ? "main" : "right", inLab ? place : {});
    this.shown.add(widget.id);
    app.shell.activateById(widget.id);
    const unmount = mount(model as unknown as WidgetModel, content, this.tools.doors.of(what.kernel));
    widget.disposed.connect(() => {
      this.shown.delete(widget.id);
      unmount();
      model.close();
    });
  }
}

interface Shown {
  id: string;
  label: string;
  caption: string;
  icon: object;
  kernel: Kernel;
  traits: Partial<Traits>;
}

export function sandboxOf(context: SessionContext | undefined): Running | null {
  const session = context?.session;
  return session?.kernel && KERNEL.test(session.kernel.name) ? (session as Running) : null;
}

/** Once the notebook's kernel runs and is a sandbox; null when it is none. */
export async function whenReady(widget: ShellWidget): Promise<Running | null> {
  await widget.sessionContext?.ready;
  return sandboxOf(widget.sessionContext);
}
