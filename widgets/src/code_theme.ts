/** How code looks: only Jupyter's CSS variables, so light, dark and high contrast need no code of ours. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const mirror = (name: string, literal: string): string => `var(--jp-mirror-editor-${name}-color, ${literal})`;

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.self], color: mirror("keyword", "#008000"), fontWeight: "bold" },
  { tag: [tags.atom, tags.bool, tags.null], color: mirror("atom", "#88f") },
  { tag: tags.number, color: mirror("number", "#080") },
  { tag: [tags.definition(tags.variableName), tags.definition(tags.propertyName)], color: mirror("def", "#00f") },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.className], color: mirror("def", "#00f") },
  { tag: tags.variableName, color: mirror("variable", "#212121") },
  { tag: tags.standard(tags.variableName), color: mirror("builtin", "#008000") },
  { tag: tags.propertyName, color: mirror("property", "#05a") },
  { tag: tags.operator, color: mirror("operator", "#7800c2"), fontWeight: "bold" },
  { tag: tags.comment, color: mirror("comment", "#408080"), fontStyle: "italic" },
  { tag: [tags.string, tags.special(tags.string)], color: mirror("string", "#ba2121") },
  { tag: tags.meta, color: mirror("meta", "#a2f") },
  { tag: tags.invalid, color: mirror("error", "#f00") },
]);

const base = EditorView.theme({
  "&": {
    height: "100%",
    color: "var(--jp-content-font-color1, #212121)",
    backgroundColor: "var(--jp-cell-editor-background, #f5f5f5)",
    fontSize: "var(--jp-code-font-size, 13px)",
  },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--jp-code-font-family, monospace)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--jp-editor-cursor-color, #212121)", padding: "8px 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--jp-editor-cursor-color, #212121)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--jp-editor-selected-focused-background, #d7d4f0)",
  },
  ".cm-gutters": {
    color: "var(--jp-ui-font-color2, #616161)",
    backgroundColor: "var(--jp-cell-editor-background, #f5f5f5)",
    borderRight: "none",
  },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "32px", padding: "0 8px 0 4px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--jp-ui-font-color0, #000) 4%, transparent)",
  },
  "&.cm-focused .cm-activeLineGutter": { color: "var(--jp-ui-font-color0, #000)" },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: "color-mix(in srgb, var(--jp-brand-color1, #1976d2) 22%, transparent)",
    color: "inherit",
  },
  ".cm-placeholder": { color: "var(--jp-ui-font-color2, #616161)" },
  ".cm-tooltip, .cm-panels": {
    color: "var(--jp-ui-font-color1, #212121)",
    backgroundColor: "var(--jp-layout-color1, #fff)",
    border: "1px solid var(--jp-border-color1, #bdbdbd)",
    fontFamily: "var(--jp-ui-font-family, system-ui, sans-serif)",
    fontSize: "var(--jp-ui-font-size1, 13px)",
  },
  ".cm-tooltip": { borderRadius: "4px", boxShadow: "var(--jp-elevation-z4, 0 2px 6px rgb(0 0 0 / 25%))" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--jp-ui-inverse-font-color1, #fff)",
    backgroundColor: "var(--jp-accept-color-normal, #1976d2)",
  },
  ".cm-diagnostic": { padding: "6px 10px", borderLeftWidth: "3px", whiteSpace: "pre-wrap", maxWidth: "60ch" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--jp-error-color1, #d32f2f)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--jp-warn-color1, #f57c00)" },
  ".cm-lintRange": { backgroundImage: "none", paddingBottom: "1px" },
  ".cm-lintRange-error": { textDecoration: "underline wavy var(--jp-error-color1, #d32f2f) 1px" },
  ".cm-lintRange-warning": { textDecoration: "underline wavy var(--jp-warn-color1, #f57c00) 1px" },
  ".cm-gutter-lint": { width: "18px" },
  ".cm-lint-marker": { width: "10px", height: "10px", margin: "5px 4px", content: "none" },
  ".cm-lint-marker-error": { backgroundColor: "var(--jp-error-color1, #d32f2f)", borderRadius: "2px" },
  ".cm-lint-marker-warning": {
    backgroundColor: "var(--jp-warn-color1, #f57c00)",
    clipPath: "polygon(50% 0, 100% 100%, 0 100%)",
  },
});

/** MergeView brings light colours for its left side under `&.cm-merge-a`: both sides are named here. */
const sides = EditorView.theme({
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": {
    backgroundColor: "color-mix(in srgb, var(--jp-error-color1, #d32f2f) 12%, transparent)",
  },
  "&.cm-merge-b .cm-changedLine, .cm-inlineChangedLine": {
    backgroundColor: "color-mix(in srgb, var(--jp-success-color1, #388e3c) 13%, transparent)",
  },
  "&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText": {
    background: "color-mix(in srgb, var(--jp-error-color1, #d32f2f) 30%, transparent)",
  },
  "&.cm-merge-b .cm-changedText": {
    background: "color-mix(in srgb, var(--jp-success-color1, #388e3c) 32%, transparent)",
  },
  "&.cm-merge-a .cm-changedLineGutter": { background: "var(--jp-error-color1, #d32f2f)" },
  "&.cm-merge-b .cm-changedLineGutter": { background: "var(--jp-success-color1, #388e3c)" },
  ".cm-collapsedLines": {
    color: "var(--jp-ui-font-color2, #616161)",
    background: "var(--jp-layout-color2, #eee)",
    fontFamily: "var(--jp-ui-font-family, system-ui, sans-serif)",
    padding: "4px 12px",
  },
  ".cm-collapsedLines::before, .cm-collapsedLines::after": { content: "'···'", margin: "0 8px" },
});

export const codeTheme: Extension = [base, syntaxHighlighting(colours)];
export const diffTheme: Extension = [codeTheme, sides];
