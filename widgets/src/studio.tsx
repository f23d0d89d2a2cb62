/** The `Studio` widget: a session for the sandbox and one for each module, tied to `selected` and `texts`. */
import { render } from "preact";
import { Connection } from "./connection";
import { keepKeys } from "./keys";
import { LiveSession } from "./live_session";
import { ModuleSession } from "./module_session";
import { isEdited } from "./module_state";
import type { Door } from "./page";
import { StudioView } from "./studio_view";
import type { WidgetModel } from "./widget_model";

const SYNC_AFTER_MS = 250;

export function mountStudio(model: WidgetModel, el: HTMLElement, door: Door | null = null): () => void {
  const studio = new Studio(model, el, door);
  keepKeys(el);
  void studio.open();
  return () => studio.close();
}

class Studio {
  private readonly connection: Connection;
  private readonly live: LiveSession;
  private readonly tabs = new Map<string, ModuleSession>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly model: WidgetModel,
    private readonly el: HTMLElement,
    door: Door | null,
  ) {
    this.connection = new Connection(model, el, (found) => this.live.useDoor(found), door);
    this.live = new LiveSession(this.connection.channel);
    this.live.onChange(() => {
      this.addTabs();
      this.draw();
    });
    model.on("change:selected", this.draw);
    model.on("change:height", this.draw);
  }

  async open(): Promise<void> {
    this.draw();
    await this.live.open();
  }

  close(): void {
    clearTimeout(this.timer);
    this.push();
    this.model.off("change:selected", this.draw);
    this.model.off("change:height", this.draw);
    for (const tab of this.tabs.values()) tab.close();
    this.live.close();
    this.connection.close();
    render(null, this.el);
  }

  private addTabs(): void {
    const names = [...this.live.state.modules.map((module) => module.name), ...Object.keys(this.model.get("texts"))];
    for (const name of names) if (!this.tabs.has(name)) this.addTab(name);
    if (!this.tabs.has(this.model.get("selected"))) this.select(this.tabs.keys().next().value ?? "");
  }

  private addTab(name: string): void {
    const known = this.live.state.modules.find((module) => module.name === name);
    const session = new ModuleSession(
      this.connection.channel,
      name,
      this.model.get("texts")[name] ?? "",
      known?.live ?? 0,
    );
    this.tabs.set(name, session);
    session.onChange((state) => {
      this.draw();
      clearTimeout(this.timer);
      if (state.busy) this.push();
      else this.timer = setTimeout(() => this.push(), SYNC_AFTER_MS);
    });
    void session.open();
  }

  private select(module: string): void {
    if (this.model.get("selected") === module) return;
    this.model.set("selected", module);
    this.model.save_changes();
    this.draw();
  }

  private push(): void {
    const edited = [...this.tabs.values()].filter((tab) => isEdited(tab.state));
    const texts = Object.fromEntries(edited.map((tab) => [tab.state.module, tab.state.text]));
    if (JSON.stringify(texts) === JSON.stringify(this.model.get("texts"))) return;
    this.model.set("texts", texts);
    this.model.save_changes();
  }

  private readonly draw = (): void => {
    render(
      <StudioView
        live={this.live}
        state={this.live.state}
        tabs={[...this.tabs.values()]}
        selected={this.model.get("selected")}
        height={this.model.get("height")}
        onSelect={(module) => this.select(module)}
        onNew={(module) => {
          this.addTab(module);
          this.select(module);
        }}
      />,
      this.el,
    );
  };
}
