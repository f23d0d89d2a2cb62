/** The editor of one module as a function of its state; the code editor and the diff live in hosts of their own. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type CodeEditor, openCodeEditor } from "./code_editor";
import { DiffPane } from "./diff_view";
import { HistoryView } from "./history_view";
import { shortcut } from "./keys";
import type { ModuleSession } from "./module_session";
import { blockedBecause, isEdited, type ModuleState, type Status } from "./module_state";
import { ProblemsView } from "./problems_view";
import { t } from "./text";
import type { VersionInfo } from "./wire";

export interface ModuleViewProps {
  session: ModuleSession;
  state: ModuleState;
  height: string;
}

export function ModuleView({ session, state, height }: ModuleViewProps) {
  const editor = useRef<CodeEditor | null>(null);
  const [note, setNote] = useState("");
  const reload = () => {
    void session.reload(note).then(() => session.state.refusal || setNote(""));
  };
  return (
    <section class="sk-Module" aria-label={t("Module {module}", { module: state.module })}>
      <Toolbar session={session} state={state} note={note} onNote={setNote} onReload={reload} />
      <div class="sk-Module-body" style={{ height }}>
        <div class="sk-Module-main">
          <div class="sk-Module-code" hidden={state.compare !== null}>
            <CodeHost session={session} state={state} onReload={reload} onReady={(ready) => (editor.current = ready)} />
          </div>
          {state.compare && (
            <DiffPane
              session={session}
              state={state}
              compare={state.compare}
              onClose={() => session.send({ type: "compareClosed" })}
            />
          )}
        </div>
        {state.historyOpen && <HistoryPane session={session} state={state} />}
      </div>
      <ProblemsView
        problems={state.problems}
        refusal={state.refusal}
        outdated={state.outdated}
        onGoTo={(problem) => {
          if (state.compare) session.send({ type: "compareClosed" });
          requestAnimationFrame(() => editor.current?.goTo(problem.line, problem.column));
        }}
      />
      <StatusBar state={state} />
    </section>
  );
}

interface ToolbarProps {
  session: ModuleSession;
  state: ModuleState;
  note: string;
  onNote(note: string): void;
  onReload(): void;
}

function Toolbar({ session, state, note, onNote, onReload }: ToolbarProps) {
  const blocked = blockedBecause(state);
  const edited = isEdited(state);
  return (
    <header class="sk-Module-bar">
      <span class="sk-Module-name">{state.module}.py</span>
      <span class={`sk-Badge ${state.live ? "sk-mod-live" : ""}`}>
        {state.live ? t("v{n} live", { n: state.live }) : t("not loaded")}
      </span>
      <span class="sk-Module-edited" hidden={!edited} title={t("The text differs from what is live")}>
        <span class="sk-Mark sk-mod-edited" aria-hidden="true" />
        {state.live ? t("edited since last reload") : t("edited")}
      </span>
      <span class="sk-Module-gap" />
      {edited && (
        <input
          class="sk-Module-note"
          aria-label={t("Note for the history (optional)")}
          placeholder={t("What changed? (optional)")}
          value={note}
          maxLength={200}
          onInput={(event) => onNote(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && onReload()}
        />
      )}
      <button
        type="button"
        class="sk-Button"
        aria-pressed={state.historyOpen}
        onClick={() => session.send({ type: "historyToggled" })}
      >
        {t("History")}
        {state.total > 0 && <span class="sk-Button-count">{state.total}</span>}
      </button>
      <button
        type="button"
        class="sk-Button"
        title={t("Look for problems without running anything ({keys})", { keys: shortcut("S") })}
        disabled={state.busy !== null}
        onClick={() => void session.check()}
      >
        {t("Check")}
      </button>
      <button
        type="button"
        class="sk-Button sk-mod-primary"
        aria-disabled={blocked !== ""}
        title={blocked || t("Load this text into the running sandbox ({keys})", { keys: shortcut("Enter") })}
        onClick={onReload}
      >
        {t("Reload")}
      </button>
    </header>
  );
}

interface CodeHostProps {
  session: ModuleSession;
  state: ModuleState;
  onReload(): void;
  onReady(editor: CodeEditor | null): void;
}

function CodeHost({ session, state, onReload, onReady }: CodeHostProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | null>(null);
  const reload = useRef(onReload);
  reload.current = onReload;
  useLayoutEffect(() => {
    if (!host.current) return;
    const opened = openCodeEditor(host.current, {
      text: state.text,
      label: t("Code of module {module}. Escape then Tab leaves the editor.", { module: state.module }),
      onChange: (text) => session.send({ type: "typed", text }),
      onCheck: () => void session.check(),
      onReload: () => reload.current(),
    });
    editor.current = opened;
    onReady(opened);
    return () => {
      onReady(null);
      opened.close();
    };
  }, [session]);
  useLayoutEffect(() => editor.current?.setText(state.text), [state.text]);
  useLayoutEffect(() => editor.current?.setProblems(state.problems), [state.problems]);
  return <div class="sk-Code" ref={host} />;
}

function HistoryPane({ session, state }: { session: ModuleSession; state: ModuleState }) {
  return (
    <aside class="sk-History" aria-label={t("Versions of {module}", { module: state.module })}>
      <HistoryView
        versions={state.versions}
        total={state.total}
        live={state.live}
        busy={state.busy !== null}
        now={Date.now() / 1000}
        onCompare={(version) => void session.compare(...sidesFor(version, state))}
        onRollBack={(version) => void session.rollBack(version.number)}
        onCopy={(version) => void session.copy(version.number)}
      />
    </aside>
  );
}

/** What one click on a version shows: how it differs from what is live, and for the live one what it changed. */
export function sidesFor(version: VersionInfo, state: ModuleState): [number, number] {
  if (version.number !== state.live && state.live !== 0) return order(version.number, state.live);
  return isEdited(state) || version.parent === 0 ? [version.number, 0] : order(version.parent, version.number);
}

const order = (one: number, other: number): [number, number] => (one < other ? [one, other] : [other, one]);

export function StatusBar({ state, keys = true }: { state: ModuleState; keys?: boolean }) {
  return <StatusLine status={state.status}>{keys && <Keys />}</StatusLine>;
}

export function StatusLine({ status, children }: { status: Status; children?: ComponentChildren }) {
  const { tone, text, detail } = status;
  return (
    <footer class="sk-Status">
      <span class={`sk-Mark sk-mod-${tone}`} aria-hidden="true" />
      <span class="sk-Status-text" role="status" aria-live="polite">
        {text}
        {detail && <span class="sk-Status-detail">, {detail}</span>}
      </span>
      {children}
    </footer>
  );
}

function Keys(): ComponentChildren {
  return (
    <span class="sk-Status-keys" aria-hidden="true">
      <kbd>{shortcut("S")}</kbd> {t("check")} <kbd>{shortcut("Enter")}</kbd> {t("reload")}
    </span>
  );
}
