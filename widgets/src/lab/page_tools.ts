/** The page's packages that this extension needs, found once, and what it makes of them. */
import type { Page } from "../page";
import type { PanelApi } from "../panel";
import type { WidgetModel } from "../widget_model";
import { Doors, type KernelDoor } from "./doors";
import { type App, type Packages, type Scope, type ShellWidget, shared } from "./host";
import { Server } from "./server";

declare const BUILD: string;

export interface Views {
  mount(model: WidgetModel, el: HTMLElement, door: KernelDoor | null): () => void;
  mountPanel(el: HTMLElement, api: PanelApi): () => void;
}

export interface Tools {
  app: App;
  inLab: boolean;
  apputils: Packages["@jupyterlab/apputils"];
  doors: Doors;
  server: Server;
  /** The views, imported when first needed. */
  views(): Promise<Views>;
  /** A widget of the shell that is this element. */
  widget(id: string, label: string, caption: string, node: HTMLElement): ShellWidget;
  icon(name: string, svgstr: string): object;
}

export async function findTools(app: App, scope: Scope, page: Page): Promise<Tools> {
  const [lumino, services, apputils, components] = await Promise.all([
    shared(scope, "@lumino/widgets"),
    shared(scope, "@jupyterlab/services"),
    shared(scope, "@jupyterlab/apputils"),
    shared(scope, "@jupyterlab/ui-components"),
  ]);
  const doors = new Doors(app, services.KernelMessage);
  page.doorOf = (el) => doors.around(el);
  return {
    app,
    inLab: app.name === "JupyterLab",
    apputils,
    doors,
    server: new Server(app, services.ServerConnection),
    views: importViews,
    widget: (id, label, caption, node) => {
      const widget = new lumino.Widget({ node });
      widget.id = id;
      Object.assign(widget.title, { label, caption, closable: true });
      return widget;
    },
    icon: (name, svgstr) => new components.LabIcon({ name: `sandbox-kernel:${name}`, svgstr }),
  };
}

function importViews(): Promise<Views> {
  const data = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
  const path = `${data.fullLabextensionsUrl}/sandbox-kernel/widgets.js?v=${BUILD}`;
  return import(/* @vite-ignore */ new URL(path, location.href).href);
}

/** An element that scrolls what is put into it, and that element. */
export function scrolled(): [HTMLElement, HTMLElement] {
  const [node, content] = [document.createElement("div"), document.createElement("div")];
  node.className = "sk-Document";
  node.style.overflow = "auto";
  node.append(content);
  return [node, content];
}
