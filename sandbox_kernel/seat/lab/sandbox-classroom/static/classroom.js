/**
 * The classroom in a learner's window: says who looks, offers suggestions, brings fixes into open notebooks.
 *
 * A federated container by hand, of plain JavaScript: it takes the page's own packages, so nothing is built. It asks the
 * learner's own server in one long call after the other and says what it has open, shows and has done.
 */
const KEY = "sandbox_kernel";
const SAVE_MS = 2000;
const MOST_PAUSE_MS = 2000;

const scope = {};
const me = Array.from({ length: 16 }, () => Math.floor(Math.random() * 16).toString(16)).join("");

async function shared(name) {
  const found = Object.values(scope.current?.[name] ?? {})[0];
  if (!found) throw new Error(`this page has no ${name}`);
  return (await found.get())();
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const textOf = (cell) => (Array.isArray(cell.source) ? cell.source.join("") : cell.source);
const lessonId = (cell) => {
  const id = cell.getMetadata(KEY)?.id;
  return id && id === cell.getId() ? id : "";
};

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

class Classroom {
  constructor(tracker, { ServerConnection, URLExt }) {
    this.tracker = tracker;
    this.connection = ServerConnection;
    this.join = URLExt.join;
    this.settings = ServerConnection.makeSettings();
    this.state = "";
    this.shown = [];
    this.made = [];
    this.offered = new Map();
    this.asking = null;
    tracker.widgetAdded.connect((_, panel) => {
      panel.context.ready.then(() => this.again());
      panel.disposed.connect(() => this.again());
    });
  }

  /** What is open has changed: ask anew. */
  again() {
    this.asking?.abort();
  }

  panels() {
    const found = [];
    this.tracker.forEach((panel) => {
      if (!panel.isDisposed && panel.context.isReady) found.push(panel);
    });
    return found;
  }

  async ask(path, body, signal) {
    const url = this.join(this.settings.baseUrl, "sandbox-classroom", path);
    const request = { method: "POST", body: JSON.stringify(body), signal };
    const reply = await this.connection.makeRequest(url, request, this.settings);
    if (!reply.ok) throw new Error(String(reply.status));
    return reply.json();
  }

  async follow() {
    let pause = 250;
    for (;;) {
      this.asking = new AbortController();
      const made = this.made;
      const told = { window: me, state: this.state, open: this.panels().map((panel) => panel.context.path), shown: this.shown, made };
      try {
        const reply = await this.ask("window", told, this.asking.signal);
        this.made = this.made.filter((done) => !made.includes(done));
        this.state = reply.state;
        this.showLooks(reply.looks);
        for (const change of reply.changes) await this.change(change);
        this.offer(reply.suggestions);
        pause = 250;
      } catch {
        if (this.asking.signal.aborted) continue;
        await sleep(pause);
        pause = Math.min(2 * pause, MOST_PAUSE_MS);
      }
    }
  }

  /** A strip that stays for as long as somebody looks; meanwhile the notebook is saved as it is written. */
  showLooks(looks) {
    this.shown = looks.map(({ id }) => id);
    const viewers = [...new Set(looks.map(({ viewer }) => viewer))].join(", ");
    let strip = document.getElementById("sandbox-classroom-look");
    if (!viewers) {
      strip?.remove();
      clearInterval(this.saving);
      this.saving = undefined;
      return;
    }
    if (!strip) {
      strip = make("div", { id: "sandbox-classroom-look", role: "status" });
      document.body.append(strip);
    }
    const text = `${viewers} is looking at your notebook. Nothing in it can be changed this way.`;
    if (strip.textContent !== text) strip.textContent = text;
    this.saving ??= setInterval(() => this.save(), SAVE_MS);
  }

  save() {
    for (const panel of this.panels()) {
      if (panel.context.model.dirty && !panel.context.model.readOnly) panel.context.save().catch(() => undefined);
    }
  }

  /** A fix in a notebook that is open here: cells of the lesson alone, then saved. */
  async change({ id, path, cells }) {
    const panel = this.panels().find((one) => one.context.path === path);
    if (!panel) return;
    const notebook = panel.content.model.sharedModel;
    notebook.transact(() => cells.forEach((one) => step(notebook, one)));
    await panel.context.save();
    this.made.push(id);
  }

  offer(suggestions) {
    for (const [id, card] of this.offered) {
      if (!suggestions.some((one) => one.id === id)) {
        card.remove();
        this.offered.delete(id);
      }
    }
    for (const one of suggestions) {
      if (this.offered.has(one.id)) continue;
      const card = this.card(one);
      this.offered.set(one.id, card);
      document.body.append(card);
    }
  }

  card(one) {
    const said = make("p", { role: "alert" });
    const decide = async (accepted) => {
      if (accepted && !(await this.accept(one, said))) return;
      await this.ask("decision", { type: "decided", suggestion: one.id, accepted });
      card.remove();
    };
    const card = make(
      "section",
      { class: "sandbox-classroom-suggestion", "aria-label": "Suggestion" },
      make("strong", {}, `${one.author} suggests a change to '${one.exercise}'`),
      make("p", {}, one.note),
      make("pre", { tabindex: "0" }, one.text),
      make("button", { type: "button", class: "jp-mod-styled jp-mod-accept", onclick: () => decide(true) }, "Put it into my cell"),
      make("button", { type: "button", class: "jp-mod-styled", onclick: () => decide(false) }, "No, thank you"),
      said,
    );
    return card;
  }

  async accept({ lesson, exercise, text }, said) {
    for (const panel of this.panels()) {
      if (panel.content.model.getMetadata(KEY)?.id !== lesson) continue;
      const cell = panel.content.model.sharedModel.cells.find((one) => lessonId(one) === exercise);
      if (!cell) continue;
      const magic = cell.getSource().match(/^%%[^\n]*\n/)?.[0] ?? "";
      cell.setSource(text.startsWith("%%") ? text : magic + text);
      await panel.context.save();
      return true;
    }
    said.textContent = `Open the notebook of the lesson '${lesson}' first, then try again.`;
    return false;
  }
}

function step(notebook, { do: what, id, cell, after }) {
  const at = notebook.cells.findIndex((one) => lessonId(one) === id);
  if (what === "remove" && at >= 0) notebook.deleteCell(at);
  if (what === "insert" && at < 0) {
    notebook.insertCell(notebook.cells.findIndex((one) => lessonId(one) === after) + 1, { ...cell, source: textOf(cell) });
  }
  if (what === "replace" && at >= 0) {
    const mine = notebook.cells[at];
    if (mine.cell_type === cell.cell_type) {
      mine.setSource(textOf(cell));
      mine.setMetadata(cell.metadata);
      mine.clearOutputs?.();
    } else {
      notebook.deleteCell(at);
      notebook.insertCell(at, { ...cell, source: textOf(cell) });
    }
  }
}

const STYLE = `
#sandbox-classroom-look { position: fixed; top: 0; left: 50%; transform: translateX(-50%); z-index: 10001; padding: 4px 14px;
  border-radius: 0 0 8px 8px; background: var(--jp-brand-color1, #0b5cad); color: var(--jp-ui-inverse-font-color1, #fff); font: 13px system-ui, sans-serif; }
.sandbox-classroom-suggestion { position: fixed; right: 18px; bottom: 34px; z-index: 10000; max-width: min(520px, 90vw); padding: 12px 14px;
  border: 1px solid var(--jp-border-color1, #ccc); border-radius: 8px; background: var(--jp-layout-color1, #fff); color: var(--jp-ui-font-color1, #111);
  box-shadow: 0 4px 18px rgb(0 0 0 / 25%); font: 13px system-ui, sans-serif; }
.sandbox-classroom-suggestion pre { max-height: 40vh; overflow: auto; padding: 6px 8px; background: var(--jp-layout-color2, #eee); border-radius: 4px; }
.sandbox-classroom-suggestion button { margin-right: 8px; }
`;

const container = {
  init(pages) {
    scope.current = pages;
  },
  async get() {
    const [{ INotebookTracker }, { ServerConnection }, { URLExt }] = await Promise.all([
      shared("@jupyterlab/notebook"),
      shared("@jupyterlab/services"),
      shared("@jupyterlab/coreutils"),
    ]);
    const plugin = {
      id: "sandbox-classroom:window",
      description: "Who looks, suggestions and fixes of the classroom.",
      autoStart: true,
      requires: [INotebookTracker],
      activate(_, tracker) {
        document.head.append(make("style", {}, STYLE));
        new Classroom(tracker, { ServerConnection, URLExt }).follow();
      },
    };
    return () => ({ __esModule: true, default: [plugin] });
  },
};

globalThis._JUPYTERLAB = { ...globalThis._JUPYTERLAB, "sandbox-classroom": container };
