/** The side panel of JupyterLab and Notebook 7: every sandbox of the server, its modules with versions, its workers. */
import { render } from "preact";
import { keepKeys } from "./keys";
import { liveVersions, withoutDirectory, workers } from "./live_state";
import { type PanelApi, PanelSession, type PanelState } from "./panel";
import { t } from "./text";
import { TreeView } from "./tree_view";
import type { History, ModuleInfo, Served, Snapshot, VersionInfo } from "./wire";

export function mountPanelView(el: HTMLElement, api: PanelApi): () => void {
  const draw = (state: PanelState) => render(<PanelView session={session} state={state} />, el);
  const session = new PanelSession(api, draw);
  keepKeys(el);
  draw(session.state);
  void session.load();
  return () => {
    session.close();
    render(null, el);
  };
}

export function PanelView({ session, state }: { session: PanelSession; state: PanelState }) {
  const { sandboxes, error } = state;
  return (
    <section class="sk-Panel" aria-label={t("Sandboxes")}>
      <header class="sk-Panel-head">
        <strong>{t("Sandboxes")}</strong>
        {sandboxes && sandboxes.length > 0 && <span class="sk-Button-count">{sandboxes.length}</span>}
        <span class="sk-Module-gap" />
        <button type="button" class="sk-Button sk-mod-small" onClick={() => void session.load()}>
          {t("Refresh")}
        </button>
      </header>
      {error && (
        <p class="sk-Panel-error" role="alert">
          {error}
        </p>
      )}
      {!sandboxes && !error && <p class="sk-empty">{t("Asking the server for its sandboxes…")}</p>}
      {sandboxes?.length === 0 && (
        <p class="sk-empty">{t("No sandbox runs. Open a notebook with the kernel “Sandbox (Python)”.")}</p>
      )}
      {sandboxes?.map((sandbox) => (
        <SandboxView key={sandbox.id} session={session} sandbox={sandbox} state={state} />
      ))}
    </section>
  );
}

interface SandboxProps {
  session: PanelSession;
  sandbox: Served;
  state: PanelState;
}

function SandboxView({ session, sandbox, state }: SandboxProps) {
  const { api } = session;
  const snapshot = state.snapshots[sandbox.id];
  const status = sandbox.running ? "running" : "stopped";
  return (
    <details
      class="sk-Panel-sandbox"
      open={!session.folded(sandbox.id)}
      onToggle={(event) => session.fold(sandbox.id, !event.currentTarget.open)}
    >
      <summary class="sk-Panel-title">
        <span class={`sk-Mark sk-mod-${status}`} aria-hidden="true" />
        <strong>{sandbox.name}</strong>
        <span class="sk-Tree-status">{t(status)}</span>
        <span class="sk-Module-gap" />
        <span class="sk-Tree-facts">{memory(sandbox)}</span>
      </summary>
      <div class="sk-Panel-actions">
        <button type="button" class="sk-Button sk-mod-small" onClick={() => api.openStudio(sandbox)}>
          {t("Open studio")}
        </button>
        <button
          type="button"
          class="sk-Button sk-mod-small"
          onClick={() => void session.act(api.act(sandbox, "interrupt"))}
        >
          {t("Interrupt")}
        </button>
        <button
          type="button"
          class="sk-Button sk-mod-small"
          onClick={() => void session.act(api.act(sandbox, "restart"))}
        >
          {t("Restart…")}
        </button>
        <button
          type="button"
          class="sk-Button sk-mod-small"
          onClick={() => void session.act(api.act(sandbox, "shutdown"))}
        >
          {t("Shut down…")}
        </button>
      </div>
      {sandbox.limit && <p class="sk-Panel-error">{t("It was {limit}.", { limit: sandbox.limit })}</p>}
      {!snapshot && sandbox.running && <p class="sk-empty">{t("It does not answer yet and is asked again.")}</p>}
      {snapshot && <Contents session={session} sandbox={sandbox} snapshot={snapshot} histories={state.histories} />}
    </details>
  );
}

interface ContentsProps {
  session: PanelSession;
  sandbox: Served;
  snapshot: Snapshot;
  histories: Record<string, History>;
}

function Contents({ session, sandbox, snapshot, histories }: ContentsProps) {
  const near = (text: string) => withoutDirectory(text, snapshot.hello);
  const roots = snapshot.tree.map((node) => ({ ...node, last_crash: near(node.last_crash) }));
  return (
    <>
      <h3 class="sk-Part-title">{t("Modules")}</h3>
      {snapshot.modules.length === 0 && <p class="sk-empty">{t("No modules yet.")}</p>}
      {snapshot.modules.map((module) => (
        <ModuleRow
          key={module.name}
          session={session}
          sandbox={sandbox}
          module={module}
          history={histories[`${sandbox.id}/${module.name}`]}
        />
      ))}
      <h3 class="sk-Part-title">
        {t("Workers")}
        {workers(roots).length > 0 && <span class="sk-Button-count">{workers(roots).length}</span>}
      </h3>
      <TreeView roots={roots} live={liveVersions(snapshot.modules)} />
    </>
  );
}

interface ModuleRowProps {
  session: PanelSession;
  sandbox: Served;
  module: ModuleInfo;
  history: History | undefined;
}

function ModuleRow({ session, sandbox, module, history }: ModuleRowProps) {
  const { name, live, edited } = module;
  const open = session.isUnfolded(sandbox.id, name);
  return (
    <div class="sk-Panel-module">
      <div class="sk-Panel-title">
        <button
          type="button"
          class="sk-Panel-link"
          title={t("Open {name} with its versions", { name })}
          onClick={() => session.api.openModule(sandbox, name)}
        >
          {name}
        </button>
        <span class={`sk-Badge ${live ? "sk-mod-live" : ""}`}>
          {live ? t("v{n} live", { n: live }) : t("not loaded")}
        </span>
        {edited && (
          <span class="sk-Tree-status">
            <span class="sk-Mark sk-mod-edited" aria-hidden="true" /> {t("edited")}
          </span>
        )}
        <span class="sk-Module-gap" />
        <button
          type="button"
          class="sk-Button sk-mod-small"
          aria-expanded={open}
          onClick={() => session.unfold(sandbox.id, name, !open)}
        >
          {t("Versions")}
          <span class="sk-Button-count">{module.versions}</span>
        </button>
      </div>
      {open && history && (
        <ul class="sk-Panel-versions">
          {history.versions.map((version) => (
            <VersionRow
              key={version.number}
              session={session}
              sandbox={sandbox}
              version={version}
              live={history.live}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

interface VersionRowProps {
  session: PanelSession;
  sandbox: Served;
  version: VersionInfo;
  live: number;
}

function VersionRow({ session, sandbox, version, live }: VersionRowProps) {
  const { module, number, outcome } = version;
  const isLive = number === live;
  return (
    <li class="sk-Panel-title">
      <span class={`sk-Mark sk-mod-${isLive ? "live" : outcome}`} aria-hidden="true" />
      <strong>v{number}</strong>
      <span class="sk-Tree-status sk-Panel-note">{version.message || (isLive ? t("live") : "")}</span>
      <span class="sk-Module-gap" />
      {!isLive && outcome !== "rejected" && (
        <button
          type="button"
          class="sk-Button sk-mod-small"
          onClick={() => void session.act(session.api.rollBack(sandbox.id, module, number))}
        >
          {t("Roll back to v{n}", { n: number })}
        </button>
      )}
      {outcome === "rejected" && <span class="sk-Tree-status">{t("refused")}</span>}
    </li>
  );
}

function memory(sandbox: Served): string {
  const mb = (bytes: number) => Math.round(bytes / 1_048_576);
  if (!sandbox.memory_bytes) return "";
  const limit = mb(sandbox.memory_limit_bytes);
  return limit
    ? t("{used} of {limit} MB", { used: mb(sandbox.memory_bytes), limit })
    : t("{used} MB", { used: mb(sandbox.memory_bytes) });
}
