/** What runs in the kernel and how to end it: a cell that takes long, a sandbox that does not answer, a restart. */
import { useEffect, useState } from "preact/hooks";
import type { LiveSession } from "./live_session";
import type { LiveState } from "./live_state";
import { t } from "./text";

/** A shorter run is nobody's concern. */
const SHOWN_AFTER_S = 2;

export interface RunningProps {
  session: LiveSession;
  state: LiveState;
}

/** Seconds since `since`, counted while it is shown. */
function useSeconds(since: number | null): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    setNow(Date.now());
    if (since === null) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [since]);
  return since === null ? 0 : Math.max(0, Math.floor((now - since) / 1000));
}

/** For the studio's bar: how long the cell runs, Stop, and Restart with a question. */
export function RunningView({ session, state }: RunningProps) {
  const seconds = useSeconds(state.busySince);
  const [asking, setAsking] = useState(false);
  const { door } = session;
  if (!door) return null;
  if (asking)
    return (
      <span class="sk-Running" role="alertdialog" aria-label={t("Restart the sandbox?")}>
        <span>{t("What cells have computed is lost; modules and versions stay.")}</span>
        <button
          type="button"
          class="sk-Button sk-mod-small sk-mod-danger"
          ref={(button) => button?.focus()}
          onClick={() => {
            setAsking(false);
            void session.restart();
          }}
        >
          {t("Restart now")}
        </button>
        <button type="button" class="sk-Button sk-mod-small" onClick={() => setAsking(false)}>
          {t("Keep it")}
        </button>
      </span>
    );
  return (
    <span class="sk-Running">
      {seconds >= SHOWN_AFTER_S && (
        <>
          <span class="sk-Mark sk-mod-busy" aria-hidden="true" />
          <span role="timer">{t("A cell has been running for {n} s", { n: seconds })}</span>
          <button type="button" class="sk-Button sk-mod-small" onClick={() => void session.interrupt()}>
            {t("Stop the cell")}
          </button>
        </>
      )}
      <button type="button" class="sk-Button sk-mod-small" onClick={() => setAsking(true)}>
        {t("Restart…")}
      </button>
    </span>
  );
}

/** Above everything while a question stays unanswered. */
export function SilenceView({ session, state }: RunningProps) {
  const seconds = useSeconds(state.silentSince);
  if (state.silentSince === null) return null;
  const advice = session.door
    ? t("It may be busy with one long step. Stop the cell, or restart the sandbox.")
    : t(
        "It may be busy with one long step, or have ended. It is asked again; loading the page anew starts a fresh one.",
      );
  return (
    <div class="sk-Silence" role="status" aria-live="polite">
      <span class="sk-Mark sk-mod-restarting" aria-hidden="true" />
      <span>
        <strong>{t("No answer from the sandbox for {n} s.", { n: seconds })}</strong> {advice}
      </span>
      {session.door && (
        <button type="button" class="sk-Button sk-mod-small" onClick={() => void session.interrupt()}>
          {t("Stop the cell")}
        </button>
      )}
    </div>
  );
}
