/** The parts of the studio as widgets of their own. */
import { type ComponentChildren, render } from "preact";
import { Connection } from "./connection";
import { CrashesView } from "./crash_view";
import { DiffPane } from "./diff_view";
import { keepKeys } from "./keys";
import { LiveSession } from "./live_session";
import { type LiveState, liveVersions } from "./live_state";
import { ModuleSession } from "./module_session";
import { StateView } from "./state_view";
import { t } from "./text";
import { TimelineView } from "./timeline_view";
import { TreeView } from "./tree_view";
import { UsageView } from "./usage_view";
import type { WidgetModel } from "./widget_model";

type Mount = (model: WidgetModel, el: HTMLElement) => () => void;

/** A widget that shows the sandbox as it is, by one function of its state. */
const livePart =
  (show: (state: LiveState, session: LiveSession) => ComponentChildren): Mount =>
  (model, el) => {
    const connection = new Connection(model, el, (door) => session.useDoor(door));
    const session = new LiveSession(connection.channel);
    const draw = () => render(<div class="sk-Alone">{show(session.state, session)}</div>, el);
    keepKeys(el);
    session.onChange(draw);
    draw();
    void session.open();
    return () => {
      session.close();
      connection.close();
      render(null, el);
    };
  };

export const mountTree = livePart((state) => (
  <>
    <TreeView roots={state.roots} live={liveVersions(state.modules)} />
    {state.roots.length > 0 && <StateView state={state} />}
  </>
));

export const mountUsage = livePart((state) => <UsageView state={state} />);

export const mountCrashes = livePart((state, session) =>
  state.crashes.length === 0 ? (
    <p class="sk-empty">{t("No worker has crashed.")}</p>
  ) : (
    <CrashesView session={session} state={state} most={5} />
  ),
);

export const mountTimeline: Mount = (model, el) => {
  const connection = new Connection(model, el);
  const session = new ModuleSession(connection.channel, model.get("module"), "", model.get("version"));
  const draw = () => render(<TimelineView session={session} state={session.state} />, el);
  keepKeys(el);
  session.onChange((state) => {
    draw();
    if (model.get("version") === state.live) return;
    model.set("version", state.live);
    model.save_changes();
  });
  draw();
  void session.open();
  return () => {
    session.close();
    connection.close();
    render(null, el);
  };
};

export const mountDiff: Mount = (model, el) => {
  const connection = new Connection(model, el);
  const session = new ModuleSession(connection.channel, model.get("module"), "", 0);
  const draw = () => {
    const { compare, status } = session.state;
    render(
      <div class="sk-Module sk-Alone-diff" style={{ height: model.get("height") }}>
        {compare ? (
          <DiffPane session={session} state={session.state} compare={compare} onClose={null} />
        ) : (
          <p class="sk-empty">{status.text}</p>
        )}
      </div>,
      el,
    );
  };
  const follow = () => void session.compare(model.get("left"), model.get("right"));
  const push = () => {
    const { compare } = session.state;
    if (!compare || (compare.left === model.get("left") && compare.right === model.get("right"))) return;
    model.set("left", compare.left);
    model.set("right", compare.right);
    model.save_changes();
  };
  const onSides = () => {
    const { compare } = session.state;
    if (compare?.left !== model.get("left") || compare?.right !== model.get("right")) follow();
  };
  keepKeys(el);
  session.onChange(() => {
    draw();
    push();
  });
  model.on("change:left", onSides);
  model.on("change:right", onSides);
  draw();
  void session.open().then(follow);
  return () => {
    model.off("change:left", onSides);
    model.off("change:right", onSides);
    session.close();
    connection.close();
    render(null, el);
  };
};
