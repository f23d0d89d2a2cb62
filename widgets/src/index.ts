/** The bundle's face for the loader: `build` names this build, `mount` shows the view that a widget asks for. */
import { mountExercise } from "./exercise";
import { mountModuleEditor } from "./module_editor";
import type { Door } from "./page";
import type { PanelApi } from "./panel";
import { mountPanelView } from "./panel_view";
import { mountCrashes, mountDiff, mountTimeline, mountTree, mountUsage } from "./parts";
import { mountStudio } from "./studio";
import { addStyles } from "./styles";
import type { WidgetModel } from "./widget_model";

declare const BUILD: string;

export const build = BUILD;

const VIEWS: Record<string, (model: WidgetModel, el: HTMLElement, door: Door | null) => () => void> = {
  ModuleEditor: mountModuleEditor,
  ModuleDocument: mountModuleEditor,
  VersionTimeline: mountTimeline,
  DiffView: mountDiff,
  SupervisionTree: mountTree,
  CrashCard: mountCrashes,
  ResourceMeter: mountUsage,
  Studio: mountStudio,
  ExerciseView: mountExercise,
};

/** `door` is given where our extension shows a view that no widget of the kernel stands for. */
export function mount(model: WidgetModel, el: HTMLElement, door: Door | null = null): () => void {
  const view = VIEWS[model.get("view")];
  if (!view) throw new Error(`this build has no view named '${model.get("view")}'`);
  addStyles(el.ownerDocument, build);
  el.classList.add("sk-Widget");
  return view(model, el, door);
}

/** The side panel, for our extension. */
export function mountPanel(el: HTMLElement, api: PanelApi): () => void {
  addStyles(el.ownerDocument, build);
  el.classList.add("sk-Widget");
  return mountPanelView(el, api);
}
