/** The side-by-side diff of two versions with what can be done from it. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { openDiff } from "./code_diff";
import type { ModuleSession } from "./module_session";
import { type Compare, type ModuleState, nameOf } from "./module_state";
import { t } from "./text";
import type { VersionInfo } from "./wire";

export interface DiffPaneProps {
  session: ModuleSession;
  state: ModuleState;
  compare: Compare;
  /** Null where the diff stands alone. */
  onClose: (() => void) | null;
}

export function DiffPane({ session, state, compare, onClose }: DiffPaneProps) {
  const pane = useRef<HTMLElement>(null);
  const { left, right, leftText, rightText } = compare;
  useLayoutEffect(() => {
    if (onClose) pane.current?.focus();
  }, []);
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !onClose) return;
    event.stopPropagation();
    onClose();
  };
  return (
    <section class="sk-Diff" ref={pane} tabIndex={-1} onKeyDown={leave} aria-label={t("Side-by-side diff")}>
      <div class="sk-Diff-bar">
        <VersionSelect
          label={t("Left version")}
          state={state}
          value={left}
          onPick={(n) => void session.compare(n, right)}
        />
        <span class="sk-Diff-arrow" aria-hidden="true">
          →
        </span>
        <VersionSelect
          label={t("Right version")}
          state={state}
          value={right}
          onPick={(n) => void session.compare(left, n)}
        />
        <span class="sk-Module-gap" />
        <RollBackButton session={session} state={state} compare={compare} />
        {onClose && (
          <button type="button" class="sk-Button sk-mod-small" onClick={onClose}>
            {t("Close")} <kbd>Esc</kbd>
          </button>
        )}
      </div>
      {leftText === rightText ? (
        <p class="sk-Diff-same">{t("These two are the same.")}</p>
      ) : (
        <DiffHost leftText={leftText} rightText={rightText} left={left} right={right} />
      )}
    </section>
  );
}

function RollBackButton({ session, state, compare }: { session: ModuleSession; state: ModuleState; compare: Compare }) {
  const can = (number: number) =>
    number !== 0 &&
    number !== state.live &&
    state.versions.some((version) => version.number === number && version.outcome !== "rejected");
  const number = [compare.left, compare.right].find(can);
  if (number === undefined) return null;
  const busy = state.busy !== null;
  return (
    <button type="button" class="sk-Button sk-mod-small" disabled={busy} onClick={() => void session.rollBack(number)}>
      {t("Roll back to v{n}", { n: number })}
    </button>
  );
}

interface VersionSelectProps {
  label: string;
  state: ModuleState;
  value: number;
  onPick(number: number): void;
}

function VersionSelect({ label, state, value, onPick }: VersionSelectProps) {
  const name = ({ number }: VersionInfo) => (number === state.live ? t("v{n} (live)", { n: number }) : `v${number}`);
  return (
    <select
      class="sk-Select"
      aria-label={label}
      value={value}
      onChange={(event) => onPick(Number(event.currentTarget.value))}
    >
      <option value={0}>{nameOf(0)}</option>
      {state.versions.map((version) => (
        <option key={version.number} value={version.number}>
          {name(version)}
        </option>
      ))}
    </select>
  );
}

function DiffHost({ left, right, leftText, rightText }: Compare) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!host.current) return;
    return openDiff(
      host.current,
      { text: leftText, label: t("Left: {name}", { name: nameOf(left) }) },
      { text: rightText, label: t("Right: {name}", { name: nameOf(right) }) },
    );
  }, [leftText, rightText]);
  return <div class="sk-Diff-host" ref={host} />;
}
