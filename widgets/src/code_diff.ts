/** Two texts side by side, read-only, with what is the same folded away. */
import { python } from "@codemirror/lang-python";
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { diffTheme } from "./code_theme";

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
  return () => view.destroy();
}

const setup = (label: string) => [
  lineNumbers(),
  python(),
  diffTheme,
  EditorState.readOnly.of(true),
  EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
  EditorView.lineWrapping,
];
