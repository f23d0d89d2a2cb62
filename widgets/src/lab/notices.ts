/** Notifications of crashes and limits in any sandbox of the server: one per thing, updated while it goes on. */
import { t } from "../text";
import type { Tools } from "./page_tools";
import type { SandboxEvent } from "./server";

const TOLD = new Set(["WorkerCrashed", "SupervisorGaveUp", "WorkerBlocked", "LimitExceeded"]);
const SHOWN_MS = 10_000;
/** By then an open studio has drawn what it was told. */
const STUDIO_MS = 100;

interface Known {
  id: string;
  times: number;
}

/** `wanted` is asked at each event, since the user may change the setting. */
export function addNotices(tools: Tools, wanted: () => boolean): void {
  const known = new Map<string, Known>();
  const notify = (event: SandboxEvent) => {
    const key = `${event.sandbox} ${event.kind} ${event.details.worker ?? event.details.supervisor ?? ""}`;
    known.set(key, tell(tools, event, known.get(key)));
  };
  tools.server.onEvent((event) => {
    if (!TOLD.has(event.kind) || !wanted()) return;
    const studio = event.kind === "WorkerCrashed" && document.getElementById(`sandbox-studio-${event.sandbox}`);
    if (!studio) return notify(event);
    setTimeout(() => {
      if (!showsCrash(studio)) notify(event);
    }, STUDIO_MS);
  });
}

/** Whether the head of the newest crash is in sight: a notification would hide it. */
function showsCrash(studio: HTMLElement): boolean {
  const place = studio.querySelector(".sk-Crash-head")?.getBoundingClientRect();
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
