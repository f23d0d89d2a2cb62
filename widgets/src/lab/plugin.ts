/**
 * The command "Open Sandbox Studio" of JupyterLab and Notebook 7: the studio of the open notebook's sandbox beside it,
 * and a notification when a worker crashes. The views are the widgets' bundle, imported when first needed.
 *
 * Weighed: JupyterLab's builder (500 MB of packages to build 28 KB, and another copy of the views in the result); this:
 * a federated container by hand, which takes the page's own packages from the shared scope, built by the same esbuild.
 */
import type { WidgetModel } from "../widget_model";
import { type App, type Kernel, type Packages, type Palette, type Scope, type Session, shared } from "./host";
import { KernelModel } from "./kernel_model";

declare const BUILD: string;

const OPEN = "sandbox-kernel:open-studio";
const KERNEL = /^sandbox/;

interface Views {
  mount(model: WidgetModel, el: HTMLElement): () => void;
}

/** The session of the notebook or console that is open, when its kernel is a sandbox. */
function openSandbox(app: App): (Session & { kernel: Kernel }) | null {
  const session = app.shell.currentWidget?.sessionContext?.session;
  return session?.kernel && KERNEL.test(session.kernel.name) ? (session as Session & { kernel: Kernel }) : null;
}

function views(): Promise<Views> {
  const page = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
  const path = `${page.fullLabextensionsUrl}/sandbox-kernel/widgets.js?v=${BUILD}`;
  return import(/* @vite-ignore */ new URL(path, location.href).href);
}

async function openStudio(app: App, scope: Scope): Promise<void> {
  const session = openSandbox(app);
  if (!session) {
    const { showErrorMessage } = await shared(scope, "@jupyterlab/apputils");
    await showErrorMessage("No sandbox", "Open a notebook with the kernel 'Sandbox (Python)', then try again.");
    return;
  }
  const id = `sandbox-studio-${session.path}`;
  const inLab = app.name === "JupyterLab";
  const existing = document.getElementById(id);
  if (existing) return app.shell.activateById(id);
  const [{ mount }, { Widget }, { KernelMessage }] = await Promise.all([
    views(),
    shared(scope, "@lumino/widgets"),
    shared(scope, "@jupyterlab/services"),
  ]);
  const content = document.createElement("div");
  const node = document.createElement("div");
  node.className = "sk-Document";
  node.style.overflow = "auto";
  node.append(content);
  const widget = new Widget({ node });
  Object.assign(widget, { id });
  Object.assign(widget.title, {
    label: `Studio: ${session.name}`,
    caption: `Sandbox of ${session.path}`,
    closable: true,
  });
  const model = new KernelModel(session.kernel, KernelMessage, {
    view: "Studio",
    selected: "",
    texts: {},
    height: "420px",
  });
  app.shell.add(widget, inLab ? "main" : "right", inLab ? { mode: "split-right" } : {});
  app.shell.activateById(id);
  const unmount = mount(model as unknown as WidgetModel, content);
  widget.disposed.connect(() => {
    unmount();
    model.close();
  });
}

/** Tells of crashes in the sandbox that is open, once per kernel connection. */
function followCrashes(app: App, apputils: Packages["@jupyterlab/apputils"]): void {
  const followed = new WeakSet<Kernel>();
  const follow = (): void => {
    const kernel = openSandbox(app)?.kernel;
    if (!kernel || followed.has(kernel)) return;
    followed.add(kernel);
    kernel.iopubMessage.connect((_, { header, content }) => {
      const event = content as { type?: string; worker?: string; reason?: string };
      if (header.msg_type !== "sandbox_event" || event.type !== "WorkerCrashed") return;
      apputils.Notification.error(`${event.worker} crashed: ${event.reason}`, { autoClose: 8000 });
    });
  };
  const changed = () => {
    app.shell.currentWidget?.sessionContext?.kernelChanged.connect(follow); // connecting twice is once
    follow();
  };
  app.shell.currentChanged?.connect(changed);
  changed();
}

const plugin = (scope: Scope, apputils: Packages["@jupyterlab/apputils"]) => ({
  id: "sandbox-kernel:studio",
  description: "The studio of the open notebook's sandbox.",
  autoStart: true,
  optional: [apputils.ICommandPalette],
  activate(app: App, palette: Palette | null): void {
    app.commands.addCommand(OPEN, {
      label: "Open Sandbox Studio",
      caption: "Modules, versions, workers and crashes of this notebook's sandbox",
      execute: () => openStudio(app, scope),
    });
    app.commands.addKeyBinding({ command: OPEN, keys: ["Accel Alt S"], selector: "body" });
    palette?.addItem({ command: OPEN, category: "Sandbox" });
    followCrashes(app, apputils);
  },
});

/** The container that JupyterLab asks: `init` with the page's packages, then `get` for the plugins. */
const container = {
  scope: {} as Scope,
  init(scope: Scope): void {
    container.scope = scope;
  },
  async get(): Promise<() => object> {
    const apputils = await shared(container.scope, "@jupyterlab/apputils");
    const found = { __esModule: true, default: [plugin(container.scope, apputils)] };
    return () => found;
  },
};

const page = globalThis as unknown as { _JUPYTERLAB?: Record<string, unknown> };
page._JUPYTERLAB = { ...page._JUPYTERLAB, "sandbox-kernel": container };
