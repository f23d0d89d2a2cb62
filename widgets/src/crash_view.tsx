/** A crash told to a learner: which worker, why, where, how often it was restarted, what happens next. */
import { useState } from "preact/hooks";
import type { LiveSession } from "./live_session";
import type { Crash, LiveState } from "./live_state";
import { count } from "./module_state";

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
      {more > 0 && <p class="sk-empty">{count(more, "earlier crash", "earlier crashes")}</p>}
    </div>
  );
}

function CrashCardView({ crash, session, trees }: { crash: Crash; session: LiveSession; trees: readonly string[] }) {
  const { what } = crash;
  return (
    <article class="sk-Crash" aria-label={`${what.worker} crashed`}>
      <header class="sk-Crash-head">
        <span class="sk-Mark sk-mod-crashed" aria-hidden="true" />
        <strong>{what.worker} crashed</strong>
        <span class="sk-Module-gap" />
        <time class="sk-Crash-time">{new Date(what.time * 1000).toLocaleTimeString()}</time>
      </header>
      <p class="sk-Crash-story">{what.story || what.reason}</p>
      {what.hint && <p class="sk-Crash-hint">Next step: {what.hint}.</p>}
      {what.traceback && <pre class="sk-Crash-traceback">{lastLines(what.traceback)}</pre>}
      <dl class="sk-Crash-facts">
        {what.last_message && <Fact name="while handling" value={what.last_message} />}
        {what.state && <Fact name="its state" value={what.state} />}
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
              Start {target} again
            </button>
          ))}
        <CopyButton text={report(crash)} />
        <button type="button" class="sk-Button sk-mod-small" onClick={() => session.send({ type: "dismissed", crash })}>
          Dismiss
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
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <button type="button" class="sk-Button sk-mod-small" onClick={copy}>
      {copied ? "Copied" : "Copy"}
    </button>
  );
}

const markOf = (crash: Crash): string => (crash.gaveUp ? "crashed" : crash.restarted ? "running" : "restarting");

/** What happened after the crash, or what will. */
export function nextOf({ what, restarted, gaveUp }: Crash): string {
  if (gaveUp)
    return `'${gaveUp.supervisor}' gave up: more than ${count(gaveUp.max_restarts, "restart")} in ${gaveUp.max_seconds} s.`;
  if (restarted)
    return `Restarted: ${restarted.restarts} of at most ${count(restarted.max_restarts, "restart")} in ${restarted.max_seconds} s.`;
  return what.decision
    ? `${what.decision[0]?.toUpperCase()}${what.decision.slice(1)}.`
    : "Its supervisor decides what happens.";
}

const LINES = 8;

function lastLines(traceback: string): string {
  const lines = traceback.trimEnd().split("\n");
  return lines.length > LINES ? ["…", ...lines.slice(-LINES)].join("\n") : lines.join("\n");
}

function report(crash: Crash): string {
  const { what } = crash;
  const facts = [
    `${what.worker} crashed: ${what.story || what.reason}`,
    what.last_message && `while handling: ${what.last_message}`,
    what.state && `its state: ${what.state}`,
    nextOf(crash),
    what.traceback,
  ];
  return facts.filter(Boolean).join("\n");
}
