/** What the compiler found, and why a change was refused. */
import type { Refusal } from "./module_state";
import { plural, t } from "./text";
import type { Problem } from "./wire";

export interface ProblemsProps {
  problems: readonly Problem[];
  refusal: Refusal | null;
  outdated: boolean;
  onGoTo(problem: Problem): void;
}

export function ProblemsView({ problems, refusal, outdated, onGoTo }: ProblemsProps) {
  if (problems.length === 0 && !refusal) return null;
  const title = refusal ? t("Refused: nothing was changed") : plural(problems.length, "{n} problem", "{n} problems");
  return (
    <section class={`sk-Problems${outdated ? " sk-mod-outdated" : ""}`} aria-label={t("Problems")}>
      <header class="sk-Problems-head">
        <strong class={refusal ? "sk-Problems-refused" : ""}>{title}</strong>
        {outdated && <span class="sk-Problems-note">{t("from before your last edit; check again")}</span>}
      </header>
      {refusal && <RefusalView refusal={refusal} listed={problems.some((problem) => problem.severity === "error")} />}
      <ul class="sk-Problems-list">
        {problems.map((problem) => (
          <li key={`${problem.line}:${problem.column}:${problem.message}`}>
            <ProblemRow problem={problem} onGoTo={onGoTo} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function RefusalView({ refusal, listed }: { refusal: Refusal; listed: boolean }) {
  return (
    <>
      {!listed && <p class="sk-Problems-reason">{refusal.reason}</p>}
      {refusal.traceback && (
        <details class="sk-Problems-traceback">
          <summary>{t("Traceback")}</summary>
          <pre>{refusal.traceback}</pre>
        </details>
      )}
    </>
  );
}

function ProblemRow({ problem, onGoTo }: { problem: Problem; onGoTo(problem: Problem): void }) {
  const mark = (
    <span class={`sk-Problems-mark sk-mod-${problem.severity}`} role="img" aria-label={t(problem.severity)} />
  );
  const text = (
    <span class="sk-Problems-text">
      {problem.message}
      {problem.hint && <span class="sk-Problems-hint">{problem.hint}</span>}
    </span>
  );
  if (problem.line === 0) return <div class="sk-Problems-row">{[mark, text]}</div>;
  return (
    <button type="button" class="sk-Problems-row sk-mod-place" onClick={() => onGoTo(problem)}>
      {mark}
      {text}
      <span class="sk-Problems-place">{t("line {n}", { n: problem.line })}</span>
    </button>
  );
}
