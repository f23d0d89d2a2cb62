/** The side panel: what it shows is the views' affair; here are its doings, with a question where something is lost. */
import type { Act, PanelApi } from "../panel";
import { t } from "../text";
import type { Served } from "../wire";
import { SANDBOX } from "./icons";
import { scrolled, type Tools } from "./page_tools";
import type { Studios } from "./studios";

export const PANEL = "sandbox-kernel-panel";

export function addPanel(tools: Tools, studios: Studios): void {
  const [node, content] = scrolled();
  const widget = tools.widget(PANEL, "", t("Sandboxes"), node);
  widget.title.icon = tools.icon("panel", SANDBOX);
  if (!tools.inLab) widget.title.label = t("Sandboxes");
  tools.app.shell.add(widget, "left", { rank: 650, type: "Sandboxes" });
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    void tools.views().then(({ mountPanel }) => mountPanel(content, panelApi(tools, studios)));
  });
  seen.observe(widget.node);
}

function panelApi(tools: Tools, studios: Studios): PanelApi {
  const { app, server, doors } = tools;
  return {
    list: () => server.list(),
    snapshot: (sandbox) => server.snapshot(sandbox),
    history: (sandbox, module) => server.history(sandbox, module),
    rollBack: (sandbox, module, number) => server.rollBack(sandbox, module, number),
    openModule: (sandbox, module) => void studios.openModule(sandbox.id, sandbox.name, module),
    openStudio: (sandbox) => void openStudio(tools, sandbox),
    act: async (sandbox, what) => {
      if (!(await confirmed(tools, sandbox.name, what))) return;
      const kernel = doors.sessionOf(sandbox.id)?.sessionContext?.session?.kernel;
      if (what === "restart" && kernel) await kernel.restart();
      else await server.act(sandbox.id, what);
    },
    onChange: (listener) => {
      const any = () => listener("");
      const stop = server.onEvent((event) => listener(event.sandbox));
      app.serviceManager.kernels.runningChanged.connect(any);
      return () => {
        stop();
        app.serviceManager.kernels.runningChanged.disconnect(any);
      };
    },
  };
}

async function openStudio(tools: Tools, sandbox: Served): Promise<void> {
  const session = [...tools.app.serviceManager.sessions.running()].find(({ kernel }) => kernel?.id === sandbox.id);
  if (!session) {
    const message = t("{name} belongs to no notebook; open one of its modules instead.", { name: sandbox.name });
    return tools.apputils.showErrorMessage(t("No notebook"), message);
  }
  await tools.app.commands.execute("sandbox-kernel:open-studio", { path: session.path });
}

/** Asks before something is lost: an interrupt loses nothing. */
export async function confirmed(tools: Tools, name: string, what: Act): Promise<boolean> {
  if (what === "interrupt") return true;
  const { Dialog, showDialog } = tools.apputils;
  const lost = t(
    "What its cells have computed is lost. Its modules stay at their live versions, and so does the history.",
  );
  const label = what === "restart" ? t("Restart") : t("Shut down");
  const { button } = await showDialog({
    title: what === "restart" ? t("Restart {name}?", { name }) : t("Shut down {name}?", { name }),
    body: lost,
    buttons: [Dialog.cancelButton({ label: t("Cancel") }), Dialog.warnButton({ label })],
  });
  return button.accept;
}
