import text from "./styles.css";

/** Puts the styles of this build into the page, once. */
export function addStyles(page: Document, build: string): void {
  const id = `sandbox-kernel-${build}`;
  if (page.getElementById(id)) return;
  const style = page.createElement("style");
  style.id = id;
  style.textContent = text;
  page.head.append(style);
}
