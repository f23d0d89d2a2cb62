/** The state of every worker now, with what changed since just before the last reload. */
import { changedPieces, type LiveState, workers } from "./live_state";
import { t } from "./text";

export function StateView({ state }: { state: LiveState }) {
  const shown = workers(state.roots).filter((node) => node.state !== "");
  if (shown.length === 0) return <p class="sk-empty">{t("The state of running workers is shown here, live.")}</p>;
  const reloaded = shown.some((node) => node.id in state.before);
  return (
    <table class="sk-State">
      <thead>
        <tr>
          <th scope="col">{t("worker")}</th>
          {reloaded && <th scope="col">{t("before the reload")}</th>}
          <th scope="col">{t("now")}</th>
        </tr>
      </thead>
      <tbody>
        {shown.map((node) => (
          <tr key={node.id}>
            <th scope="row">{node.name || node.id}</th>
            {reloaded && (
              <td>
                <code>{state.before[node.id] ?? t("not running")}</code>
              </td>
            )}
            <td>
              <code>
                {changedPieces(state.before[node.id], node.state).map((piece) =>
                  piece.changed ? <mark class="sk-State-changed">{piece.text}</mark> : piece.text,
                )}
              </code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
