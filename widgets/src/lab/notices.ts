/** Notifications of crashes and limits in any sandbox of the server: one per thing, updated while it goes on. */
import { t } from "../text";
import type { Tools } from "./page_tools";
import type { SandboxEvent } from "./server";

const TOLD = new Set(["WorkerCrashed", "SupervisorGaveUp", "WorkerBlocked", "LimitExceeded"]);
const SHOWN_MS = 10_000;
/** Until then a studio shows what it was told. */
const STUDIO_MS = 300;

interface Known {
  id: string;
  times: number;
}

/** `wanted` is asked at each event, since the user may change the setting. */
export function addNotices(tools: Tools, wanted: () => boolean): void {
  const known = new Map<string, Known>();
  tools.server.onEvent((event) => {
    if (!TOLD.has(event.kind) || !wanted()) return;
    setTimeout(() => notify(event), STUDIO_MS);
  });
  const notify = (event: SandboxEvent) => {
    if (event.kind === "WorkerCrashed" && isSeen(event.sandbox)) return;
    const key = `${event.sandbox} ${event.kind} ${event.details.worker ?? event.details.supervisor ?? ""}`;
    known.set(key, tell(tools, event, known.get(key)));
  };
}

/** Whether a studio of the sandbox shows the head of its newest crash: a notification would hide it. */
function isSeen(sandbox: string): boolean {
  const head = document.querySelector(`#${CSS.escape(`sandbox-studio-${sandbox}`)} .sk-Crash-head`);
  const place = head?.getBoundingClientRect();
  return place !== undefined && place.height > 0 && place.bottom < innerHeight;
}

function tell(tools: Tools, event: SandboxEvent, before: Known | undefined): Known {
  const { Notification } = tools.apputils;
  const times = (before?.times ?? 0) + 1;
  const again = times > 1 ? ` ${t("({n} times)", { n: times })}` : "";
  const message = `${event.name}: ${event.sentence}${again}`;
  const options = { autoClose: SHOWN_MS, actions: [action(tools, event)] };
  if (before && Notification.update({ id: before.id, message, ...options })) return { id: before.id, times };
  return { id: Notification.error(message, options), times: 1 };
}

function action(tools: Tools, { sandbox }: SandboxEvent): object {
  const session = [...tools.app.serviceManager.sessions.running()].find(({ kernel }) => kernel?.id === sandbox);
  const callback = () => tools.app.commands.execute("sandbox-kernel:open-studio", { path: session?.path });
  return { label: t("Open studio"), callback };
}
