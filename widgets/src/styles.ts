import controls from "./styles/controls.css";
import crash from "./styles/crash.css";
import exercise from "./styles/exercise.css";
import module from "./styles/module.css";
import panel from "./styles/panel.css";
import problems from "./styles/problems.css";
import studio from "./styles/studio.css";
import tree from "./styles/tree.css";

/** In this order: what stands later wins where two rules weigh the same. */
const TEXT = [controls, module, problems, studio, tree, crash, exercise, panel].join("\n");

/** Puts the styles of this build into the page, once. */
export function addStyles(page: Document, build: string): void {
  const id = `sandbox-kernel-${build}`;
  if (page.getElementById(id)) return;
  const style = page.createElement("style");
  style.id = id;
  style.textContent = TEXT;
  page.head.append(style);
}
