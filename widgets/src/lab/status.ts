/** The status bar's item: the sandbox in front in a few words; a click opens its studio. */
import { workers } from "../live_state";
import { t } from "../text";
import type { StatusBar } from "./host";
import type { Tools } from "./page_tools";
import type { Studios } from "./studios";

export function addStatus(tools: Tools, studios: Studios, bar: StatusBar, wanted: () => boolean): () => void {
  const button = document.createElement("button");
  button.className = "sk-StatusItem";
  button.type = "button";
  button.title = t("Open the studio of this sandbox");
  button.style.cssText =
    "border:0;background:none;color:inherit;font:inherit;line-height:24px;cursor:pointer;padding:0 4px";
  button.onclick = () => void tools.app.commands.execute("sandbox-kernel:open-studio");
  const node = document.createElement("div");
  node.append(button);
  const item = tools.widget("sandbox-kernel-status", "", "", node);
  let shown = false;
  let turn = 0;
  const look = async (): Promise<void> => {
    const mine = ++turn;
    const session = wanted() ? studios.current() : null;
    const text = session ? await words(tools, session.kernel.id) : "";
    if (mine !== turn) return;
    button.textContent = text;
    shown = text !== "";
    item.node.hidden = !shown;
  };
  bar.registerStatusItem("sandbox-kernel:status", { item, align: "left", rank: 90, isActive: () => true });
  tools.app.shell.currentChanged?.connect(() => void look());
  tools.app.serviceManager.kernels.runningChanged.connect(() => void look());
  tools.server.onEvent(() => void look());
  void tools.app.restored.then(look);
  return () => void look();
}

async function words(tools: Tools, sandbox: string): Promise<string> {
  try {
    const { modules, tree } = await tools.server.snapshot(sandbox);
    const all = workers(tree);
    const crashed = all.filter(({ status }) => status === "crashed").length;
    const live = modules.filter((module) => module.live > 0).map((module) => `${module.name} v${module.live}`);
    const first = live.length > 2 ? t("{n} modules", { n: live.length }) : live.join(", ") || t("no modules");
    const running = all.length === 1 ? t("1 worker") : t("{n} workers", { n: all.length });
    return `${t("Sandbox")}: ${first} · ${running}${crashed ? ` · ${t("{n} crashed", { n: crashed })}` : ""}`;
  } catch {
    return ""; // it is starting or has just ended; the next event tells
  }
}
