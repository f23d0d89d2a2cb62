/**
 * sandbox-kernel in JupyterLab and Notebook 7: side panel, studio, module documents, palette and menu, status bar,
 * file browser and notifications. The views are the widgets' bundle, imported when first needed; menus and shortcuts
 * stand in the settings' schema.
 *
 * Weighed: JupyterLab's builder (500 MB of packages to build 28 KB, and another copy of the views in the result); this:
 * a federated container by hand, which takes the page's own packages from the shared scope, built by the same esbuild.
 */
import { page } from "../page";
import { t } from "../text";
import { canOpen, openFile, selectedFile } from "./files";
import {
  type App,
  type FileBrowserFactory,
  type Packages,
  type Palette,
  type Scope,
  type SettingRegistry,
  type Settings,
  type StatusBar,
  shared,
  sharedOrNone,
  type Translator,
} from "./host";
import { addNotices } from "./notices";
import { findTools, type Tools } from "./page_tools";
import { addPanel, confirmed, PANEL } from "./panel_widget";
import { addStatus } from "./status";
import { Studios, sandboxOf } from "./studios";

const ID = "sandbox-kernel:studio";

/** A question to the kernel on the control channel does not make the notebook look busy. */
async function leaveQuestionsUntracked(scope: Scope): Promise<void> {
  const { PageConfig } = await shared(scope, "@jupyterlab/coreutils");
  const untracked: string[] = JSON.parse(PageConfig.getOption("untracked_message_types") || "[]");
  PageConfig.setOption("untracked_message_types", JSON.stringify([...untracked, "sandbox_request"]));
}

interface Optional {
  palette: Palette | null;
  registry: SettingRegistry | null;
  translator: Translator | null;
  bar: StatusBar | null;
  browser: FileBrowserFactory | null;
}

/** In English where the page cannot read our texts in its language: no text is worth the whole extension. */
function translate(translator: Translator | null): void {
  try {
    const language = translator?.load("sandbox_kernel");
    if (language) page().translate = (text) => language.__(text);
  } catch (error) {
    console.warn("sandbox-kernel: no translation", error);
  }
}

async function activate(app: App, scope: Scope, given: Optional): Promise<void> {
  translate(given.translator);
  await leaveQuestionsUntracked(scope);
  const tools = await findTools(app, scope, page());
  const { KernelMessage } = await shared(scope, "@jupyterlab/services");
  const studios = new Studios(tools, KernelMessage);
  const settings: Settings | null = (await given.registry?.load(ID).catch(() => null)) ?? null;
  const wants = (name: string) => settings?.composite[name] !== false;
  addCommands(tools, studios, given);
  addPanel(tools, studios);
  addNotices(tools, () => wants("notifications"));
  const look = given.bar && addStatus(tools, studios, given.bar, () => wants("statusBar"));
  settings?.changed.connect(() => look?.());
}

function addCommands(tools: Tools, studios: Studios, { palette, browser }: Optional): void {
  const { app, apputils, doors } = tools;
  const add = (
    id: string,
    label: string,
    caption: string,
    execute: (args: { path?: string }) => unknown,
    more = {},
  ) => {
    app.commands.addCommand(`sandbox-kernel:${id}`, { label, caption, execute, ...more });
    palette?.addItem({ command: `sandbox-kernel:${id}`, category: t("Sandbox") });
  };
  const none = () =>
    apputils.showErrorMessage(
      t("No sandbox"),
      t("Open a notebook with the kernel 'Sandbox (Python)', then try again."),
    );
  const named = (path?: string) => {
    const widget = path && [...doors.documents()].find((each) => each.sessionContext?.session?.path === path);
    return widget ? sandboxOf(widget.sessionContext) : path ? null : studios.current();
  };
  add(
    "open-studio",
    t("Open Sandbox Studio"),
    t("Modules, versions, workers and crashes of this notebook's sandbox"),
    async ({ path }) => {
      const session = named(path);
      if (session) return studios.open(session);
      return path ? openFile(tools, studios, path) : none();
    },
  );
  add("show-panel", t("Show Sandboxes"), t("All sandboxes of this server"), () => app.shell.activateById(PANEL));
  add("interrupt", t("Interrupt Sandbox"), t("End the cell that runs; nothing else is lost"), async () => {
    const session = studios.current();
    return session ? session.kernel.interrupt() : none();
  });
  add(
    "restart",
    t("Restart Sandbox…"),
    t("Start the kernel anew; modules come back at their live versions"),
    async () => {
      const session = studios.current();
      if (!session) return none();
      if (await confirmed(tools, session.name, "restart")) await session.kernel.restart();
    },
  );
  const isVisible = () => canOpen(selectedFile(browser));
  app.commands.addCommand("sandbox-kernel:open-file", {
    label: t("Open in Studio"),
    caption: t("The studio of a notebook's sandbox, or one module with its versions"),
    isVisible,
    execute: () => openFile(tools, studios, selectedFile(browser)),
  });
}

type Tokens = {
  apputils: Packages["@jupyterlab/apputils"];
  optional: [keyof Optional, unknown][];
};

/** The tokens of what this page has: Notebook 7 has fewer packages than JupyterLab. */
async function findTokens(scope: Scope): Promise<Tokens> {
  const [apputils, registry, translation, bar, browser] = await Promise.all([
    shared(scope, "@jupyterlab/apputils"),
    sharedOrNone(scope, "@jupyterlab/settingregistry"),
    sharedOrNone(scope, "@jupyterlab/translation"),
    sharedOrNone(scope, "@jupyterlab/statusbar"),
    sharedOrNone(scope, "@jupyterlab/filebrowser"),
  ]);
  const all: [keyof Optional, unknown][] = [
    ["palette", apputils.ICommandPalette],
    ["registry", registry?.ISettingRegistry],
    ["translator", translation?.ITranslator],
    ["bar", bar?.IStatusBar],
    ["browser", browser?.IFileBrowserFactory],
  ];
  return { apputils, optional: all.filter(([, token]) => token) };
}

const plugin = (scope: Scope, { optional }: Tokens) => ({
  id: ID,
  description: "The sandboxes of this server: studio, side panel, status, notifications.",
  autoStart: true,
  optional: optional.map(([, token]) => token),
  activate: (app: App, ...found: unknown[]): Promise<void> => {
    const given: Record<string, unknown> = {
      palette: null,
      registry: null,
      translator: null,
      bar: null,
      browser: null,
    };
    for (const [index, [name]] of optional.entries()) given[name] = found[index];
    return activate(app, scope, given as unknown as Optional);
  },
});

/** The container that JupyterLab asks: `init` with the page's packages, then `get` for the plugins. */
const container = {
  scope: {} as Scope,
  init(scope: Scope): void {
    container.scope = scope;
  },
  async get(): Promise<() => object> {
    const tokens = await findTokens(container.scope);
    const found = { __esModule: true, default: [plugin(container.scope, tokens)] };
    return () => found;
  },
};

const jupyter = globalThis as unknown as { _JUPYTERLAB?: Record<string, unknown> };
jupyter._JUPYTERLAB = { ...jupyter._JUPYTERLAB, "sandbox-kernel": container };
