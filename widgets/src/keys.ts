/**
 * Keeps the notebook's shortcuts away from what has the focus inside `root`: `d d` on a button of ours would delete the
 * cell. Lumino looks for the mark on the target of the key, not only above it, so each target gets it when focused.
 */
export function keepKeys(root: HTMLElement): void {
  root.dataset.lmSuppressShortcuts = "true";
  root.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLElement) event.target.dataset.lmSuppressShortcuts = "true";
  });
}

/** How a shortcut with Ctrl (Cmd on a Mac) is written for people. */
export function shortcut(key: string, platform = globalThis.navigator?.platform ?? ""): string {
  return platform.startsWith("Mac") ? `⌘${key}` : `Ctrl+${key}`;
}
