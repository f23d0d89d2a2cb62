/**
 * What the page around a view can do for it, where it can: JupyterLab and Notebook 7 know the notebook's kernel even when
 * the kernel does not answer, and speak the user's language. Voila knows neither. Our extension of the two fills this in.
 */
import type { Comm } from "./channel";

/** The kernel that a view belongs to, as the page sees it from outside. */
export interface Door {
  /** A way to the kernel that outlives its restarts. The caller closes it. */
  open(): Comm & { close(): void };
  /** When the cell that runs now began, in ms since the epoch; null when none runs. */
  busySince(): number | null;
  /** Calls back when `busySince` changed; with "restarted" when the kernel is a new one. */
  onChange(listener: (what: "busy" | "restarted") => void): () => void;
  interrupt(): Promise<void>;
  restart(): Promise<void>;
}

export interface Page {
  translate?: (text: string) => string;
  /** The kernel of the notebook that shows `el`; null where there is none. */
  doorOf?: (el: HTMLElement) => Door | null;
}

const shared = globalThis as unknown as { sandboxKernelPage?: Page };

/** The same for all our bundles on one page. */
export function page(): Page {
  shared.sandboxKernelPage ??= {};
  return shared.sandboxKernelPage;
}
