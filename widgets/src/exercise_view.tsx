/** An exercise: its prompt, an editor for the answer, the result of the check, hints in steps, and a solution at the end. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { type CodeEditor, openCodeEditor } from "./code_editor";
import type { ExerciseSession } from "./exercise_session";
import { checkBlocked, type ExerciseState } from "./exercise_state";
import { shortcut } from "./keys";
import { StatusLine } from "./module_view";
import { ProblemsView } from "./problems_view";
import { t } from "./text";
import type { AnswerChecked, ExerciseInfo, TestReport } from "./wire";

export interface ExerciseProps {
  session: ExerciseSession;
  state: ExerciseState;
  exercise: string;
  prompt: boolean;
  height: string;
}

export function ExerciseView({ session, state, exercise, prompt, height }: ExerciseProps) {
  const { info, checked, refused } = state;
  const editor = useRef<CodeEditor | null>(null);
  return (
    <section class="sk-Module sk-Exercise" aria-label={t("Exercise {name}", { name: exercise })}>
      {prompt && info.prompt && <Prose html={info.prompt} />}
      <Bar session={session} state={state} exercise={exercise} />
      <div class="sk-Module-body" style={{ height }}>
        <div class="sk-Module-main">
          <div class="sk-Module-code">
            <Answer session={session} state={state} onReady={(ready) => (editor.current = ready)} />
          </div>
        </div>
      </div>
      {refused && (
        <ProblemsView
          problems={refused.problems}
          refusal={{ reason: refused.summary, stage: refused.stage, traceback: refused.traceback }}
          outdated={state.outdated}
          onGoTo={(problem) => editor.current?.goTo(problem.line, problem.column)}
        />
      )}
      {checked && <Results checked={checked} outdated={state.outdated} />}
      <Help info={info} />
      <StatusLine status={state.status} />
    </section>
  );
}

function Bar({ session, state, exercise }: { session: ExerciseSession; state: ExerciseState; exercise: string }) {
  const { info, busy } = state;
  const blocked = checkBlocked(state);
  const left = info.hints_total - info.hints.length;
  return (
    <header class="sk-Module-bar">
      <span class="sk-Module-name">{info.module ? `${info.module}.py` : exercise}</span>
      <span class={`sk-Badge ${info.status === "pass" ? "sk-mod-live" : ""}`}>
        {info.status === "pass" ? t("passed") : t("open")}
        {info.max_points > 0 && ` · ${t("{points} of {max} points", { points: info.points, max: info.max_points })}`}
      </span>
      <span class="sk-Module-gap" />
      {info.starter !== state.text && (
        <button
          type="button"
          class="sk-Button"
          title={t("Puts the beginning back into the editor; undo brings your text back")}
          onClick={() => session.send({ type: "typed", text: info.starter })}
        >
          {t("Start over")}
        </button>
      )}
      {info.hints_total > 0 && (
        <button
          type="button"
          class="sk-Button"
          disabled={busy !== null || left === 0}
          onClick={() => void session.hint()}
        >
          {info.hints.length === 0 ? t("Hint") : t("Next hint")}
          <span class="sk-Button-count">
            {info.hints.length}/{info.hints_total}
          </span>
        </button>
      )}
      {info.attempts > 0 && !info.solution && (
        <button type="button" class="sk-Button" disabled={busy !== null} onClick={() => void session.solution()}>
          {t("Solution")}
        </button>
      )}
      <button
        type="button"
        class="sk-Button sk-mod-primary"
        aria-disabled={blocked !== ""}
        title={blocked || t("Check this answer in a process of its own ({keys})", { keys: shortcut("Enter") })}
        onClick={() => void session.check()}
      >
        {t("Check")}
      </button>
    </header>
  );
}

interface AnswerProps {
  session: ExerciseSession;
  state: ExerciseState;
  onReady(editor: CodeEditor | null): void;
}

function Answer({ session, state, onReady }: AnswerProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | null>(null);
  useLayoutEffect(() => {
    if (!host.current) return;
    const opened = openCodeEditor(host.current, {
      text: state.text,
      label: t("Your answer. Escape then Tab leaves the editor."),
      onChange: (text) => session.send({ type: "typed", text }),
      onCheck: () => void session.check(),
      onReload: () => void session.check(),
    });
    editor.current = opened;
    onReady(opened);
    return () => {
      onReady(null);
      opened.close();
    };
  }, [session]);
  useLayoutEffect(() => editor.current?.setText(state.text), [state.text]);
  useLayoutEffect(() => editor.current?.setProblems(state.refused?.problems ?? []), [state.refused]);
  return <div class="sk-Code" ref={host} />;
}

function Results({ checked, outdated }: { checked: AnswerChecked; outdated: boolean }) {
  const passed = checked.tests.filter((test) => test.status === "pass").length;
  return (
    <section class={`sk-Problems${outdated ? " sk-mod-outdated" : ""}`} aria-label={t("Result")}>
      <header class="sk-Problems-head">
        <strong class={checked.status === "pass" ? "" : "sk-Problems-refused"}>
          {t("{passed} of {all} tests pass", { passed, all: checked.tests.length })}
        </strong>
        {outdated && <span class="sk-Problems-note">{t("from before your last edit; check again")}</span>}
      </header>
      {checked.message && <p class="sk-Problems-reason">{checked.message}</p>}
      <ul class="sk-Problems-list">
        {checked.tests.map((test) => (
          <TestRow key={test.name} test={test} />
        ))}
      </ul>
    </section>
  );
}

const MARKS: Record<TestReport["status"], string> = { pass: "live", fail: "rejected", error: "rejected" };
const WORDS: Record<TestReport["status"], string> = {
  pass: "passes",
  fail: "does not pass",
  error: "ends with an error",
};

function TestRow({ test }: { test: TestReport }) {
  const [expected, got, next] = expectedAndGot(test.message);
  return (
    <li class="sk-Problems-row sk-Test">
      <span class={`sk-Mark sk-mod-${MARKS[test.status]}`} role="img" aria-label={t(WORDS[test.status])} />
      <span class="sk-Problems-text">
        {test.description || test.name}
        {test.message && !expected && <span class="sk-Test-message">{test.message}</span>}
        {expected && (
          <dl class="sk-Test-compare">
            <dt>{t("expected")}</dt>
            <dd>
              <code>{expected}</code>
            </dd>
            <dt>{t("got")}</dt>
            <dd>
              <code>{got}</code>
            </dd>
          </dl>
        )}
        {next && <span class="sk-Test-message">{next}</span>}
        {test.output.trim() && test.status !== "pass" && (
          <details>
            <summary>{t("what your code printed")}</summary>
            <pre class="sk-Crash-traceback">{test.output}</pre>
          </details>
        )}
      </span>
    </li>
  );
}

const VALUE = /((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^'"])+?)/.source;
const COMPARED = new RegExp(`^expected ${VALUE}, (?:but )?got ${VALUE}(?:\\.\\s+(\\S.*)|\\.?)$`, "s");

/** A check says `expected X, got Y. Next step.` where it compared two values; anything else is a sentence of its author. */
export function expectedAndGot(message: string): [string, string, string] | [] {
  const found = COMPARED.exec(message.trim());
  return found ? [found[1] ?? "", found[2] ?? "", found[3] ?? ""] : [];
}

function Help({ info }: { info: ExerciseInfo }) {
  if (info.hints.length === 0 && !info.solution) return null;
  return (
    <section class="sk-Exercise-help" aria-label={t("Hints")}>
      <ol class="sk-Exercise-hints">
        {info.hints.map((hint, index) => (
          <li key={hint}>
            <strong>{t("Hint {n}", { n: index + 1 })}</strong>
            <Prose html={hint} />
          </li>
        ))}
      </ol>
      {info.solution && <pre class="sk-Exercise-solution">{info.solution}</pre>}
    </section>
  );
}

/** HTML of the lesson's author, made from Markdown outside the learner's process with every tag of theirs escaped. */
function Prose({ html }: { html: string }) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (host.current) host.current.innerHTML = html;
  }, [html]);
  return <div class="sk-Exercise-prose jp-RenderedHTMLCommon" ref={host} />;
}
