/** The versions of one module, newest first, each with what can be done with it. */

import { plural, t } from "./text";
import type { VersionInfo } from "./wire";

export interface HistoryProps {
  versions: readonly VersionInfo[];
  total: number;
  live: number;
  busy: boolean;
  now: number;
  onCompare(version: VersionInfo): void;
  onRollBack(version: VersionInfo): void;
  /** Null where there is no editor to copy into. */
  onCopy: ((version: VersionInfo) => void) | null;
}

export function HistoryView(props: HistoryProps) {
  if (props.versions.length === 0)
    return <p class="sk-History-empty">{t("No versions yet. The first Reload makes v1.")}</p>;
  const older = props.total - props.versions.length;
  return (
    <ol class="sk-History-list">
      {props.versions.map((version) => (
        <Row key={version.number} version={version} {...props} />
      ))}
      {older > 0 && (
        <li class="sk-History-older">
          {plural(older, "{n} older version kept in the sandbox", "{n} older versions kept in the sandbox")}
        </li>
      )}
    </ol>
  );
}

function Row(props: HistoryProps & { version: VersionInfo }) {
  const { version, live, busy } = props;
  const isLive = version.number === live;
  const outcome = isLive ? "live" : version.outcome;
  return (
    <li class={`sk-History-row sk-mod-${outcome}`} aria-current={isLive ? "true" : undefined}>
      <div class="sk-History-head">
        <span class={`sk-Mark sk-mod-${outcome}`} aria-hidden="true" />
        <strong class="sk-History-number">v{version.number}</strong>
        <span class="sk-History-outcome">{t(OUTCOMES[outcome])}</span>
        <time class="sk-History-time" dateTime={iso(version.time)} title={exact(version.time)}>
          {ago(version.time, props.now)}
        </time>
      </div>
      <p class="sk-History-summary">{version.message || lines(version)}</p>
      {version.outcome === "rejected" && version.reason && <p class="sk-History-reason">{version.reason}</p>}
      <p class="sk-History-facts">
        {[version.author, version.message ? lines(version) : ""].filter(Boolean).join(" · ")}
      </p>
      <div class="sk-History-actions">
        <button type="button" class="sk-Button sk-mod-small" disabled={busy} onClick={() => props.onCompare(version)}>
          {t("Show changes")}
          <span class="sk-hidden"> {t("of v{n}", { n: version.number })}</span>
        </button>
        {!isLive && version.outcome === "rejected" && props.onCopy && (
          <button type="button" class="sk-Button sk-mod-small" disabled={busy} onClick={() => props.onCopy?.(version)}>
            {t("Edit this text")}
            <span class="sk-hidden"> {t("of v{n}", { n: version.number })}</span>
          </button>
        )}
        {!isLive && version.outcome !== "rejected" && (
          <button
            type="button"
            class="sk-Button sk-mod-small"
            disabled={busy}
            onClick={() => props.onRollBack(version)}
          >
            {t("Roll back to v{n}", { n: version.number })}
          </button>
        )}
      </div>
    </li>
  );
}

const OUTCOMES: Record<VersionInfo["outcome"], string> = {
  live: "live",
  accepted: "was live",
  rejected: "refused",
  staged: "not loaded",
};

function lines(version: VersionInfo): string {
  if (version.parent === 0 && version.removed_lines === 0 && version.added_lines > 0) return t("first version");
  if (version.added_lines + version.removed_lines === 0) return "";
  return t("+{added} −{removed} lines", { added: version.added_lines, removed: version.removed_lines });
}

const iso = (time: number): string => new Date(time * 1000).toISOString();
const exact = (time: number): string => new Date(time * 1000).toLocaleString();

/** `time` and `now` in seconds since the epoch. */
export function ago(time: number, now: number): string {
  const seconds = Math.max(0, now - time);
  if (seconds < 45) return t("just now");
  if (seconds < 3600) return t("{n} min ago", { n: Math.max(1, Math.round(seconds / 60)) });
  if (seconds < 86_400) return t("{n} h ago", { n: Math.round(seconds / 3600) });
  return new Date(time * 1000).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}
