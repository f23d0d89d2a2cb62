/** "Open in studio" in the file browser: for a notebook its studio, for a module its document. */
import { t } from "../text";
import type { FileBrowserFactory, ShellWidget } from "./host";
import type { Tools } from "./page_tools";
import { type Studios, whenReady } from "./studios";

/** `sandboxes/<notebook>/<module>.py`, as the provisioner lays them out beside the notebook. */
const MODULE = /^(.*\/)?sandboxes\/([^/]+)\/([^\W\d]\w*)\.py$/u;

export function selectedFile(browser: FileBrowserFactory | null): string {
  const [item] = browser?.tracker.currentWidget?.selectedItems() ?? [];
  return item && item.type !== "directory" ? item.path : "";
}

export const canOpen = (path: string): boolean => path.endsWith(".ipynb") || MODULE.test(path);

export async function openFile(tools: Tools, studios: Studios, path: string): Promise<void> {
  const found = MODULE.exec(path);
  const notebook = found ? `${found[1] ?? ""}${found[2]}.ipynb` : path;
  const widget = (await tools.app.commands.execute("docmanager:open", { path: notebook })) as ShellWidget | undefined;
  const session = widget ? await whenReady(widget) : null;
  if (!session) {
    const message = t(
      "{path} is not a notebook with the kernel “Sandbox (Python)”. Choose that kernel, then try again.",
      {
        path: notebook,
      },
    );
    return tools.apputils.showErrorMessage(t("No sandbox"), message);
  }
  if (found?.[3]) await studios.openModule(session.kernel.id, session.name, found[3]);
  else await studios.open(session);
}
