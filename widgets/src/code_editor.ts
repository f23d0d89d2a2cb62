/** One CodeMirror editor for Python: text, keys and marks. It knows nothing of versions. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, Prec, type Text, Transaction } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { codeTheme } from "./code_theme";
import type { Problem } from "./wire";

export interface CodeEditorOptions {
  text: string;
  label: string;
  onChange(text: string): void;
  onCheck(): void;
  onReload(): void;
}

export interface CodeEditor {
  /** Replaces what differs, as one step that undo takes back; the cursor stays where it was in the text. */
  setText(text: string): void;
  setProblems(problems: readonly Problem[]): void;
  goTo(line: number, column: number): void;
  focus(): void;
  close(): void;
}

export function openCodeEditor(parent: HTMLElement, options: CodeEditorOptions): CodeEditor {
  const view = new EditorView({ parent, state: EditorState.create({ doc: options.text, extensions: setup(options) }) });
  return {
    setText: (text) => replaceText(view, text),
    setProblems: (problems) => view.dispatch(setDiagnostics(view.state, diagnostics(view.state.doc, problems))),
    goTo: (line, column) => {
      const anchor = position(view.state.doc, line, column);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      view.focus();
    },
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}

function setup(options: CodeEditorOptions) {
  const act = (run: () => void) => () => {
    run();
    return true;
  };
  const ours = Prec.highest(
    keymap.of([
      { key: "Mod-s", run: act(options.onCheck), preventDefault: true },
      { key: "Mod-Enter", run: act(options.onReload), preventDefault: true },
    ]),
  );
  return [
    ours,
    lineNumbers(),
    lintGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of("    "),
    bracketMatching(),
    closeBrackets(),
    autocompletion(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    placeholder("Write the module here, then press Reload."),
    keymap.of([
      ...closeBracketsKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...completionKeymap,
      ...lintKeymap,
      ...defaultKeymap,
      indentWithTab,
    ]),
    python(),
    codeTheme,
    EditorView.contentAttributes.of({ "aria-label": options.label, tabindex: "0" }),
    EditorView.updateListener.of((change) => {
      if (change.docChanged) options.onChange(change.state.doc.toString());
    }),
  ];
}

function replaceText(view: EditorView, text: string): void {
  const old = view.state.doc.toString();
  if (old === text) return;
  let from = 0;
  while (from < old.length && from < text.length && old[from] === text[from]) from++;
  let tail = 0;
  const most = Math.min(old.length, text.length) - from;
  while (tail < most && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
  view.dispatch({
    changes: { from, to: old.length - tail, insert: text.slice(from, text.length - tail) },
    // what came into an empty editor is where it begins: undo must not empty it again
    ...(old === "" && { annotations: Transaction.addToHistory.of(false) }),
  });
}

/** Lines and columns count from 1, as the compiler gives them; what lies outside is moved to the nearest place. */
export function position(doc: Text, line: number, column: number): number {
  const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(found.from + Math.max(column - 1, 0), found.to);
}

export function diagnostics(doc: Text, problems: readonly Problem[]): Diagnostic[] {
  return problems
    .filter((problem) => problem.line > 0)
    .map((problem) => {
      const from = position(doc, problem.line, problem.column);
      const end = problem.end_line ? position(doc, problem.end_line, problem.end_column) : from;
      const lineEnd = doc.lineAt(from).to;
      const to = end > from ? end : Math.max(from, Math.min(from + 1, lineEnd));
      const message = problem.hint ? `${problem.message}\n${problem.hint}` : problem.message;
      return { from, to, severity: problem.severity, message };
    })
    .sort((one, other) => one.from - other.from);
}
