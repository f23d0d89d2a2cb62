/** The versions of one module on their own: the list, and below it the diff that was asked for. */
import { DiffPane } from "./diff_view";
import { HistoryView } from "./history_view";
import type { ModuleSession } from "./module_session";
import type { ModuleState } from "./module_state";
import { StatusBar, sidesFor } from "./module_view";
import { t } from "./text";

export function TimelineView({ session, state }: { session: ModuleSession; state: ModuleState }) {
  return (
    <section class="sk-Module" aria-label={t("Versions of {module}", { module: state.module })}>
      <header class="sk-Module-bar">
        <span class="sk-Module-name">{state.module}.py</span>
        <span class={`sk-Badge ${state.live ? "sk-mod-live" : ""}`}>
          {state.live ? t("v{n} live", { n: state.live }) : t("not loaded")}
        </span>
      </header>
      <div class="sk-Timeline">
        <HistoryView
          versions={state.versions}
          total={state.total}
          live={state.live}
          busy={state.busy !== null}
          now={Date.now() / 1000}
          onCompare={(version) => void session.compare(...sidesFor(version, state))}
          onRollBack={(version) => void session.rollBack(version.number)}
          onCopy={null}
        />
      </div>
      {state.compare && (
        <div class="sk-Timeline-diff">
          <DiffPane
            session={session}
            state={state}
            compare={state.compare}
            onClose={() => session.send({ type: "compareClosed" })}
          />
        </div>
      )}
      <StatusBar state={state} keys={false} />
    </section>
  );
}
