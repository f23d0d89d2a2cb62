/** A crash told to a learner: which worker, why, where, how often it was restarted, what happens next. */
import { useState } from "preact/hooks";
import { copyText } from "./clipboard";
import type { LiveSession } from "./live_session";
import type { Crash, LiveState } from "./live_state";
import { plural, t } from "./text";

export interface CrashesProps {
  session: LiveSession;
  state: LiveState;
  /** At most so many cards are shown; the rest is counted. */
  most: number;
}

export function CrashesView({ session, state, most }: CrashesProps) {
  const more = state.crashes.length - most;
  return (
    <div class="sk-Crashes">
      {state.crashes.slice(0, most).map((crash) => (
        <CrashCardView key={crash.what.number} crash={crash} session={session} trees={state.trees} />
      ))}
      {more > 0 && <p class="sk-empty">{plural(more, "{n} earlier crash", "{n} earlier crashes")}</p>}
    </div>
  );
}

function CrashCardView({ crash, session, trees }: { crash: Crash; session: LiveSession; trees: readonly string[] }) {
  const { what } = crash;
  return (
    <article class="sk-Crash" aria-label={t("{worker} crashed", { worker: what.worker })}>
      <header class="sk-Crash-head">
        <span class="sk-Mark sk-mod-crashed" aria-hidden="true" />
        <strong>{t("{worker} crashed", { worker: what.worker })}</strong>
        <span class="sk-Module-gap" />
        <time class="sk-Crash-time">{new Date(what.time * 1000).toLocaleTimeString()}</time>
      </header>
      <p class="sk-Crash-story">{what.story || what.reason}</p>
      {what.hint && <p class="sk-Crash-hint">{t("Next step: {hint}.", { hint: what.hint })}</p>}
      {what.traceback && <pre class="sk-Crash-traceback">{lastLines(what.traceback)}</pre>}
      <dl class="sk-Crash-facts">
        {what.last_message && <Fact name={t("while handling")} value={what.last_message} />}
        {what.state && <Fact name={t("its state")} value={what.state} />}
      </dl>
      <p class="sk-Crash-next" role="status" aria-live="polite">
        <span class={`sk-Mark sk-mod-${markOf(crash)}`} aria-hidden="true" />
        {nextOf(crash)}
      </p>
      <div class="sk-Crash-actions">
        {crash.gaveUp &&
          trees.map((target) => (
            <button
              key={target}
              type="button"
              class="sk-Button sk-mod-small"
              onClick={() => void session.start(target)}
            >
              {t("Start {target} again", { target })}
            </button>
          ))}
        <CopyButton text={report(crash)} />
        <button type="button" class="sk-Button sk-mod-small" onClick={() => session.send({ type: "dismissed", crash })}>
          {t("Dismiss")}
        </button>
      </div>
    </article>
  );
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>
      <code>{value}</code>
    </dd>
  </div>
);

function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const copy = () => void copyText(text).then(setCopied);
  return (
    <button type="button" class="sk-Button sk-mod-small" onClick={copy}>
      {copied === null ? t("Copy") : copied ? t("Copied") : t("This browser does not copy")}
    </button>
  );
}

const markOf = (crash: Crash): string => (crash.gaveUp ? "crashed" : crash.restarted ? "running" : "restarting");

/** What happened after the crash, or what will. */
export function nextOf({ what, restarted, gaveUp }: Crash): string {
  if (gaveUp)
    return t("'{supervisor}' gave up: more than {most} restarts in {seconds} s.", {
      supervisor: gaveUp.supervisor,
      most: gaveUp.max_restarts,
      seconds: gaveUp.max_seconds,
    });
  if (restarted)
    return t("Restarted: {used} of at most {most} restarts in {seconds} s.", {
      used: restarted.restarts,
      most: restarted.max_restarts,
      seconds: restarted.max_seconds,
    });
  return what.decision
    ? `${what.decision[0]?.toUpperCase()}${what.decision.slice(1)}.`
    : t("Its supervisor decides what happens.");
}

const LINES = 8;

function lastLines(traceback: string): string {
  const lines = traceback.trimEnd().split("\n");
  return lines.length > LINES ? ["…", ...lines.slice(-LINES)].join("\n") : lines.join("\n");
}

function report(crash: Crash): string {
  const { what } = crash;
  const facts = [
    t("{worker} crashed: {why}", { worker: what.worker, why: what.story || what.reason }),
    what.last_message && `${t("while handling")}: ${what.last_message}`,
    what.state && `${t("its state")}: ${what.state}`,
    nextOf(crash),
    what.traceback,
  ];
  return facts.filter(Boolean).join("\n");
}
