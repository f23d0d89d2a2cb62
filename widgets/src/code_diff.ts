/** Two texts side by side, read-only, with what is the same folded away. */
import { python } from "@codemirror/lang-python";
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { diffTheme } from "./code_theme";

const ABOVE_PX = 44;

export interface DiffSide {
  text: string;
  label: string;
}

/** Returns how to close it. */
export function openDiff(parent: HTMLElement, left: DiffSide, right: DiffSide): () => void {
  const view = new MergeView({
    parent,
    a: { doc: left.text, extensions: setup(left.label) },
    b: { doc: right.text, extensions: setup(right.label) },
    gutter: true,
    highlightChanges: true,
    collapseUnchanged: { margin: 3, minSize: 6 },
  });
  const frame = requestAnimationFrame(() => showFirst(view, parent));
  return () => {
    cancelAnimationFrame(frame);
    view.destroy();
  };
}

/** The first change in sight: a few lines before it are too short to be folded, and may fill a low pane. */
function showFirst(view: MergeView, scroller: HTMLElement): void {
  const [first] = view.chunks;
  if (first) scroller.scrollTop = Math.max(0, view.b.lineBlockAt(first.fromB).top - ABOVE_PX);
}

const setup = (label: string) => [
  lineNumbers(),
  python(),
  diffTheme,
  EditorState.readOnly.of(true),
  EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
  EditorView.lineWrapping,
];
