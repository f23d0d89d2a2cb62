/** The live board: asks for what changed, waits for it, shows it; begins anew by itself when the service was away. */
import { showAudit } from "./audit.js";
import { make, page } from "./common.js";
import { showFixes } from "./fixes.js";
import { showGrades } from "./grades.js";
import { closePanel, openPanel, panelChanged } from "./panel.js";
import { arranged, COLUMNS, rowOf, STATES } from "./rows.js";

const WAIT_MS = 35000;
const TICK_MS = 5000;

const find = (selector) => document.querySelector(selector);
const learners = new Map();
const shown = new Map();
const view = { words: "", state: "", lesson: "", sort: "state", down: false };
let ahead = 0; // the service's clock minus ours, in seconds

const now = () => Date.now() / 1000 + ahead;

function header() {
  const cells = COLUMNS.map(({ key, label, title, number }) => {
    const sorted = view.sort === key ? (view.down ? "descending" : "ascending") : null;
    const button = make("button", { type: "button", title, onclick: () => sortBy(key) }, label);
    return make("th", { scope: "col", class: number ? "number" : null, "aria-sort": sorted, "data-key": key }, button);
  });
  find("#board thead tr").replaceChildren(...cells);
}

function sortBy(key) {
  view.down = view.sort === key ? !view.down : false;
  view.sort = key;
  header();
  find(`#board th[data-key="${key}"] button`).focus();
  render();
}

function newRow(row) {
  const cells = COLUMNS.map(({ key, number }) => make("td", { class: number ? "number" : key === "error" ? "error" : null }));
  const button = make("button", { type: "button", class: "name", onclick: () => open(row.name) });
  cells[0].append(button);
  cells[1].append(make("span", { class: "state" }));
  const element = make("tr", { "data-name": row.name }, ...cells);
  return { element, cells, texts: [] };
}

function paint(kept, row) {
  COLUMNS.forEach((column, index) => {
    const text = column.text(row);
    if (kept.texts[index] === text) return;
    kept.texts[index] = text;
    const cell = kept.cells[index];
    if (index === 0) cell.firstChild.textContent = text;
    else if (column.key === "state") {
      cell.firstChild.textContent = text;
      cell.firstChild.className = `state ${row.state}`;
    } else {
      cell.textContent = text;
      if (column.key === "error") cell.title = text;
    }
  });
  kept.element.className = row.state === "stuck" ? "stuck" : "";
}

function render() {
  const rows = [...learners.values()].filter(({ role }) => role === "learner").map((one) => rowOf(one, now()));
  const body = find("#board tbody");
  const focused = document.activeElement?.closest?.("tr")?.dataset.name;
  const wanted = arranged(rows, view);
  const names = new Set(wanted.map(({ name }) => name));
  for (const [name, kept] of shown) {
    if (!names.has(name)) {
      kept.element.remove();
      shown.delete(name);
    }
  }
  wanted.forEach((row, index) => {
    let kept = shown.get(row.name);
    if (!kept) shown.set(row.name, (kept = newRow(row)));
    paint(kept, row);
    if (body.children[index] !== kept.element) body.insertBefore(kept.element, body.children[index] ?? null);
  });
  if (focused && document.activeElement === document.body) shown.get(focused)?.element.querySelector(".name").focus();
  find("#nobody").hidden = wanted.length > 0;
  count(rows);
  lessons(rows);
}

function count(rows) {
  const of = (state) => rows.filter((row) => row.state === state).length;
  const text = `${rows.length} people, ${of("stuck")} stuck, ${of("working")} working, ${of("passed")} passed, ${of("away")} away`;
  if (find("#counts").textContent !== text) find("#counts").textContent = text;
}

function lessons(rows) {
  const select = find("#lesson");
  const known = new Set([...select.options].map(({ value }) => value));
  for (const lesson of new Set(rows.map((row) => row.lesson))) {
    if (!known.has(lesson)) select.append(make("option", { value: lesson }, lesson));
  }
}

function open(name) {
  for (const row of document.querySelectorAll("#board tr[aria-selected]")) row.removeAttribute("aria-selected");
  shown.get(name)?.element.setAttribute("aria-selected", "true");
  openPanel(learners.get(name));
}

function take(reply) {
  ahead = reply.now - Date.now() / 1000;
  if (reply.whole) learners.clear();
  for (const learner of reply.learners) {
    learners.set(learner.name, learner);
    panelChanged(learner);
  }
  if (reply.learners.length || reply.whole) render();
}

async function follow() {
  let boot = "";
  let number = 0;
  let pause = 250;
  for (;;) {
    try {
      const signal = AbortSignal.timeout(WAIT_MS);
      const reply = await fetch(`api/board?boot=${boot}&number=${number}`, { signal, headers: { "X-XSRFToken": page.xsrf } });
      if (reply.status === 403) return lost("Your login has ended; reload this page to log in again.");
      if (!reply.ok) throw new Error(String(reply.status));
      const found = await reply.json();
      take(found);
      ({ boot, number } = found);
      pause = 250;
      lost("");
    } catch {
      lost("The board is not up to date: connecting again…");
      await new Promise((done) => setTimeout(done, pause));
      pause = Math.min(2 * pause, 2000);
    }
  }
}

function lost(text) {
  if (find("#connection").textContent !== text) find("#connection").textContent = text;
}

function goTo(name) {
  for (const section of document.querySelectorAll("main > section")) section.hidden = section.id !== name;
  for (const button of document.querySelectorAll("nav button")) {
    if (button.dataset.page === name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  const fill = { fixes: showFixes, grades: showGrades, audit: showAudit }[name];
  fill?.(find(`#${name}`), learners);
}

function move(step) {
  const buttons = [...document.querySelectorAll("#board .name")];
  const at = buttons.indexOf(document.activeElement);
  buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)]?.focus();
}

function onKey(event) {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "Escape") {
    if (event.target.id === "search") clear();
    closePanel();
  } else if (event.key === "/" && !typing) {
    event.preventDefault();
    find("#search").focus();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (!typing || event.target.id === "search")) {
    if (find("#people").hidden || event.target.closest("aside")) return;
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  }
}

function clear() {
  Object.assign(view, { words: "", state: "", lesson: "" });
  for (const id of ["search", "state", "lesson"]) find(`#${id}`).value = "";
  render();
}

for (const [id, key] of [["search", "words"], ["state", "state"], ["lesson", "lesson"]]) {
  find(`#${id}`).addEventListener("input", (event) => {
    view[key] = event.target.value;
    render();
  });
}
find("#filters").addEventListener("submit", (event) => event.preventDefault());
find("#clear").addEventListener("click", clear);
for (const button of document.querySelectorAll("nav button")) button.addEventListener("click", () => goTo(button.dataset.page));
document.addEventListener("keydown", onKey);
setInterval(render, TICK_MS);
header();
page.states = Object.keys(STATES).join(" ");
follow();
