import { undo } from "@codemirror/commands";
import { EditorView } from "@codemirror/view";
import { describe, expect, it } from "vitest";
import { openCodeEditor } from "../src/code_editor";

function opened() {
  const host = document.body.appendChild(document.createElement("div"));
  const nothing = () => {};
  const options = { text: "", label: "code", onChange: nothing, onCheck: nothing, onReload: nothing };
  const editor = openCodeEditor(host, options);
  const view = EditorView.findFromDOM(host.querySelector<HTMLElement>(".cm-editor") as HTMLElement);
  return { editor, view: view as EditorView };
}

describe("undo", () => {
  it("never empties an editor of the text that it was opened with", () => {
    const { editor, view } = opened();
    editor.setText("x = 1");
    view.dispatch({ changes: { from: 5, insert: "\ny = 2" }, userEvent: "input" });
    undo(view);
    undo(view);
    expect(view.state.doc.toString()).toBe("x = 1");
  });

  it("brings back what another version replaced", () => {
    const { editor, view } = opened();
    editor.setText("x = 1");
    editor.setText("x = 2");
    undo(view);
    expect(view.state.doc.toString()).toBe("x = 1");
  });
});
