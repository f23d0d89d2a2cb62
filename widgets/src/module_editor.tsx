/** The `ModuleEditor` widget: one module of the sandbox, tied to the traits `source`, `version`, `edited` and `height`. */
import { render } from "preact";
import { Connection } from "./connection";
import { keepKeys } from "./keys";
import { ModuleSession } from "./module_session";
import { isEdited, type ModuleState } from "./module_state";
import { ModuleView } from "./module_view";
import type { Door } from "./page";
import type { WidgetModel } from "./widget_model";

const SYNC_AFTER_MS = 250;

/** Shows the widget in `el`; returns how to take it down. */
export function mountModuleEditor(model: WidgetModel, el: HTMLElement, door: Door | null = null): () => void {
  const connection = new Connection(model, el, undefined, door);
  const session = new ModuleSession(connection.channel, model.get("module"), model.get("source"), model.get("version"));
  keepKeys(el);
  const draw = () => render(<ModuleView session={session} state={session.state} height={model.get("height")} />, el);
  const untie = tieTraits(model, session);
  session.onChange(draw);
  model.on("change:height", draw);
  draw();
  if (model.get("view") === "ModuleDocument") {
    session.send({ type: "historyToggled" });
    void session.open();
  } else void session.load();
  return () => {
    untie();
    model.off("change:height", draw);
    session.close();
    connection.close();
    render(null, el);
  };
}

/** The text goes to Python a moment after the last key, and at once with each request; from Python it comes at once. */
function tieTraits(model: WidgetModel, session: ModuleSession): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const push = () => {
    clearTimeout(timer);
    const { text, live } = session.state;
    const edited = isEdited(session.state);
    if (model.get("source") === text && model.get("version") === live && model.get("edited") === edited) return;
    model.set("source", text);
    model.set("version", live);
    model.set("edited", edited);
    model.save_changes();
  };
  const pull = () => {
    const text = model.get("source");
    if (text !== session.state.text) session.send({ type: "typed", text });
  };
  const follow = (state: ModuleState) => {
    clearTimeout(timer);
    if (state.busy) push();
    else timer = setTimeout(push, SYNC_AFTER_MS);
  };
  const stop = session.onChange(follow);
  model.on("change:source", pull);
  return () => {
    push();
    stop();
    model.off("change:source", pull);
  };
}
