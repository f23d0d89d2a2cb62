/** Memory and processor of a sandbox: numbers with their units, a bar where there is a limit, a line for the load. */
import type { LiveState } from "./live_state";
import { t } from "./text";

const WIDTH = 80;
const HEIGHT = 18;

export function UsageView({ state }: { state: LiveState }) {
  const { usage, load } = state;
  if (!usage) return <p class="sk-empty">{t("Waiting for the first numbers.")}</p>;
  const share = usage.memory_limit_bytes ? usage.memory_bytes / usage.memory_limit_bytes : 0;
  return (
    <dl class="sk-Usage">
      <div>
        <dt>{t("memory")}</dt>
        <dd>
          {megabytes(usage.memory_bytes)}
          {share > 0 && ` ${t("of {most}", { most: megabytes(usage.memory_limit_bytes) })}`}
          {share > 0 && (
            <meter
              class="sk-Usage-meter"
              min={0}
              max={1}
              high={0.8}
              value={share}
              aria-label={t("share of the memory")}
            />
          )}
        </dd>
      </div>
      <div>
        <dt>{t("processor")}</dt>
        <dd>
          {Math.round(usage.cpu_percent)} %
          <svg class="sk-Usage-line" width={WIDTH} height={HEIGHT} aria-hidden="true">
            <polyline points={line(load)} />
          </svg>
        </dd>
      </div>
      <div>
        <dt>{t("running for")}</dt>
        <dd>{duration(usage.uptime_s)}</dd>
      </div>
    </dl>
  );
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`;

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

function line(load: readonly number[]): string {
  const top = Math.max(100, ...load);
  const step = WIDTH / Math.max(1, load.length - 1);
  return load
    .map((value, index) => `${(index * step).toFixed(1)},${(HEIGHT - 1 - (value / top) * (HEIGHT - 2)).toFixed(1)}`)
    .join(" ");
}
