/** The whole of a sandbox on one page: a tab per module, and beside it crashes, workers, state and usage. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { CrashesView } from "./crash_view";
import type { LiveSession } from "./live_session";
import { type LiveState, liveVersions } from "./live_state";
import type { ModuleSession } from "./module_session";
import { isEdited } from "./module_state";
import { ModuleView } from "./module_view";
import { RunningView, SilenceView } from "./running_view";
import { StateView } from "./state_view";
import { t } from "./text";
import { TreeView } from "./tree_view";
import { UsageView } from "./usage_view";

export interface StudioProps {
  live: LiveSession;
  state: LiveState;
  tabs: readonly ModuleSession[];
  selected: string;
  height: string;
  onSelect(module: string): void;
  onNew(module: string): void;
}

export function StudioView(props: StudioProps) {
  const { live, state, tabs, selected, height } = props;
  const open = tabs.find((tab) => tab.state.module === selected);
  return (
    <section class="sk-Studio" aria-label={t("Studio")}>
      <Tabs {...props} />
      <SilenceView session={live} state={state} />
      <div class="sk-Studio-body">
        <div class="sk-Studio-main" role="tabpanel" aria-label={selected || t("module")}>
          {open ? (
            <ModuleView key={selected} session={open} state={open.state} height={height} />
          ) : (
            <p class="sk-empty">{nothingToShow(state)}</p>
          )}
        </div>
        <aside class="sk-Studio-side" aria-label={t("Sandbox")}>
          {state.crashes.length > 0 && <CrashesView session={live} state={state} most={2} />}
          <Part title={t("Workers")}>
            {state.hello || state.roots.length > 0 ? (
              <TreeView roots={state.roots} live={liveVersions(state.modules)} />
            ) : (
              <p class="sk-empty">{t("Asking the sandbox…")}</p>
            )}
          </Part>
          <Part title={t("State")}>
            <StateView state={state} />
          </Part>
          <Part title={t("Usage")}>
            <UsageView state={state} />
          </Part>
        </aside>
      </div>
    </section>
  );
}

function nothingToShow(state: LiveState): string {
  if (state.error) return state.error;
  if (!state.hello) return t("Asking the sandbox for its modules…");
  return t("This sandbox has no modules yet. Name the first one above.");
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <details class="sk-Part" open>
      <summary class="sk-Part-title">{title}</summary>
      {children}
    </details>
  );
}

function Tabs({ live, tabs, selected, state, onSelect, onNew }: StudioProps) {
  const names = tabs.map((tab) => tab.state.module);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = names[(names.indexOf(selected) + step + names.length) % names.length];
    if (next === undefined) return;
    onSelect(next);
    const bar = event.currentTarget as HTMLElement;
    requestAnimationFrame(() => bar.querySelector<HTMLElement>("[aria-selected=true]")?.focus());
  };
  return (
    <header class="sk-Studio-bar">
      <div class="sk-Tabs" role="tablist" aria-label={t("Modules")} onKeyDown={move}>
        {tabs.map((tab) => (
          <Tab key={tab.state.module} tab={tab} selected={tab.state.module === selected} onSelect={onSelect} />
        ))}
      </div>
      <NewModule known={names} onNew={onNew} />
      <span class="sk-Module-gap" />
      <RunningView session={live} state={state} />
      {state.hello && <span class="sk-Studio-name">{state.hello.sandbox}</span>}
    </header>
  );
}

function Tab({ tab, selected, onSelect }: { tab: ModuleSession; selected: boolean; onSelect(module: string): void }) {
  const { module, live } = tab.state;
  return (
    <button
      type="button"
      role="tab"
      class="sk-Tab"
      aria-selected={selected}
      tabIndex={selected ? 0 : -1}
      onClick={() => onSelect(module)}
    >
      <span class="sk-Tab-name">{module}</span>
      {live > 0 && <span class="sk-Tab-version">v{live}</span>}
      {isEdited(tab.state) && (
        <>
          <span class="sk-Mark sk-mod-edited" aria-hidden="true" />
          <span class="sk-hidden">{t("edited")}</span>
        </>
      )}
    </button>
  );
}

function NewModule({ known, onNew }: { known: readonly string[]; onNew(module: string): void }) {
  const [name, setName] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const asking = name !== null;
  useLayoutEffect(() => {
    if (asking) field.current?.focus();
  }, [asking]);
  if (name === null)
    return (
      <button type="button" class="sk-Button sk-mod-small" onClick={() => setName("")}>
        {t("New module")}
      </button>
    );
  const wrong = refuseName(name, known);
  const done = () => {
    if (wrong) return;
    setName(null);
    onNew(name);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "Enter") done();
    if (event.key === "Escape") setName(null);
  };
  return (
    <span class="sk-New">
      <input
        class="sk-Module-note"
        aria-label={t("Name of the new module")}
        placeholder={t("name, as in till")}
        value={name}
        ref={field}
        onInput={(event) => setName(event.currentTarget.value)}
        onKeyDown={key}
      />
      {name !== "" && wrong && <span class="sk-New-wrong">{wrong}</span>}
    </span>
  );
}

/** Why a module cannot have this name; empty when it can. */
export function refuseName(name: string, known: readonly string[]): string {
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) return t("Use letters, digits and underscores, as in till.");
  return known.includes(name) ? t("There is a module {name} already.", { name }) : "";
}
