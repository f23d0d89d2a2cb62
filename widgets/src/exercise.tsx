/** The `ExerciseView` widget: one exercise, tied to the traits `answer`, `prompt` and `height`. */
import { render } from "preact";
import { Connection } from "./connection";
import { ExerciseSession } from "./exercise_session";
import { ExerciseView } from "./exercise_view";
import { keepKeys } from "./keys";
import type { WidgetModel } from "./widget_model";

const SYNC_AFTER_MS = 250;

export function mountExercise(model: WidgetModel, el: HTMLElement): () => void {
  const connection = new Connection(model, el);
  const exercise = model.get("exercise");
  const session = new ExerciseSession(connection.channel, exercise, model.get("answer"), model.get("info"));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const draw = () =>
    render(
      <ExerciseView
        session={session}
        state={session.state}
        exercise={exercise}
        prompt={model.get("prompt")}
        height={model.get("height")}
      />,
      el,
    );
  const push = () => {
    clearTimeout(timer);
    if (model.get("answer") === session.state.text) return;
    model.set("answer", session.state.text);
    model.save_changes();
  };
  const pull = () => {
    const text = model.get("answer");
    if (text !== session.state.text) session.send({ type: "typed", text });
  };
  keepKeys(el);
  session.onChange((state) => {
    draw();
    clearTimeout(timer);
    if (state.busy) push();
    else timer = setTimeout(push, SYNC_AFTER_MS);
  });
  model.on("change:answer", pull);
  draw();
  return () => {
    push();
    model.off("change:answer", pull);
    session.close();
    connection.close();
    render(null, el);
  };
}
