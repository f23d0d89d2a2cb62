/** One learner beside the board: exercises, answers, a look over the shoulder, a suggestion, their data. */
import { action, call, clock, make, page, when } from "./common.js";

const LOOK_MS = 1000;
const panel = document.querySelector("#panel");
let person = null;
let look = 0;
let loads = 0;

export async function openPanel(learner) {
  await endLook();
  person = learner;
  panel.hidden = false;
  panel.replaceChildren(...frame(learner));
  panel.focus();
  await fill();
}

export function closePanel() {
  if (panel.hidden) return;
  endLook();
  panel.hidden = true;
  const row = document.querySelector(`#board tr[data-name="${person.name}"]`);
  row?.removeAttribute("aria-selected");
  row?.querySelector(".name").focus();
  person = null;
}

export function panelChanged(learner) {
  if (person?.name !== learner.name) return;
  person = learner;
  fill();
}

function frame(learner) {
  const teaches = page.teaches === "yes";
  return [
    make("h2", { id: "panel-name" }, `${learner.shown} `, make("span", { class: "note" }, learner.name)),
    make(
      "div",
      { class: "actions" },
      teaches ? action("Look over the shoulder", () => beginLook(), { id: "look", class: "main" }) : null,
      make("button", { type: "button", onclick: closePanel }, "Close"),
    ),
    make("div", { id: "looking" }),
    make("div", { id: "work" }, make("p", { class: "note" }, "One moment…")),
    teaches ? suggestion() : null,
    teaches ? data(learner.name) : null,
  ].filter(Boolean);
}

async function fill() {
  const mine = ++loads;
  const found = await call("GET", `api/learners/${person.name}`).catch((error) => ({ fault: error.message }));
  const work = panel.querySelector("#work");
  if (mine !== loads || !work) return;
  if (found.fault) return work.replaceChildren(make("p", { class: "bad" }, found.fault));
  const exercises = found.standing.filter(({ exercise }) => exercise);
  work.replaceChildren(
    make("h3", {}, "Exercises"),
    exercises.length
      ? table(["Lesson", "Exercise", "Attempts", "Hints", "Now"], exercises.map((one) => [one.lesson, one.exercise, one.attempts, one.hints, one.status === "pass" ? "passed" : one.error || one.status]))
      : make("p", { class: "note" }, "Nothing was tried yet."),
    make("h3", {}, "Answers, newest first"),
    ...(found.attempt.length ? found.attempt.slice(-8).reverse().map(answer) : [make("p", { class: "note" }, "None yet.")]),
    ...(found.suggestion.length ? [make("h3", {}, "Suggestions")] : []),
    ...found.suggestion.map((one) => make("p", { class: "note" }, `${one.exercise}, ${when(one.time)}, by ${one.author}: ${one.state}`)),
  );
  const choices = panel.querySelector("#for");
  const at = person.at ?? exercises.at(-1);
  if (choices && !choices.value && at?.exercise) choices.value = `${at.lesson} ${at.exercise}`;
}

function answer(one) {
  const verdict = one.state === "done" ? `checked: ${one.points} points` : one.state === "waiting" ? "waits to be checked" : "not counted";
  return make(
    "details",
    {},
    make("summary", {}, `${clock(one.time)} ${one.exercise}: ${one.claimed}, ${verdict}${one.late ? ", late" : ""}`),
    make("pre", {}, one.answer),
    one.message ? make("p", { class: "note" }, one.message) : null,
  );
}

function table(head, rows) {
  return make(
    "table",
    {},
    make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((text) => make("td", {}, String(text)))))),
  );
}

async function beginLook() {
  if (look) return endLook();
  look = (await call("POST", "api/looks", { learner: person.name })).look;
  panel.querySelector("#look").textContent = "Look away";
  const place = panel.querySelector("#looking");
  place.replaceChildren(make("p", { class: "note" }, `${person.shown} is told that you look. You see what is saved; you cannot change it.`), make("div", { id: "page" }));
  followLook(look, place.querySelector("#page"));
}

async function followLook(number, place) {
  let seen = "";
  while (look === number) {
    const found = await call("GET", `api/looks/${number}`).catch(() => undefined);
    const text = JSON.stringify(found);
    if (look === number && found && text !== seen) {
      seen = text;
      place.replaceChildren(make("h3", {}, found.path), ...found.cells.flatMap(cell));
    }
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}

function cell(one) {
  if (one.role === "check") return [make("details", {}, make("summary", { class: "note" }, one.source.split("\n", 1)[0]), make("pre", {}, one.source), one.output ? make("pre", { class: "output" }, one.output) : null)];
  const kind = one.kind === "markdown" ? "prompt" : "code";
  return [make("pre", { class: kind, "data-cell": one.id }, one.source), one.output ? make("pre", { class: "output" }, one.output) : null].filter(Boolean);
}

async function endLook() {
  if (!look) return;
  const number = look;
  look = 0;
  panel.querySelector("#looking")?.replaceChildren();
  const button = panel.querySelector("#look");
  if (button) button.textContent = "Look over the shoulder";
  await call("DELETE", `api/looks/${number}`).catch(() => undefined);
}

addEventListener("pagehide", () => {
  if (look) fetch(`api/looks/${look}`, { method: "DELETE", headers: { "X-XSRFToken": page.xsrf }, keepalive: true });
});

function suggestion() {
  const target = make("input", { id: "for", type: "text", placeholder: "lesson exercise", autocomplete: "off" });
  const text = make("textarea", { id: "suggested", spellcheck: "false" });
  const note = make("input", { id: "why", type: "text", placeholder: "why, in one sentence" });
  const done = make("p", { class: "note", role: "status" });
  const send = action("Suggest it", async () => {
    const [lesson, exercise] = target.value.trim().split(/\s+/);
    if (!exercise) throw new Error("Name the lesson and the exercise, such as: functions ticket.");
    await call("POST", "api/suggestions", { learner: person.name, lesson, exercise, text: text.value, note: note.value });
    done.textContent = `${person.shown} can take it or leave it; what they decide appears above.`;
    text.value = note.value = "";
  });
  return make(
    "details",
    {},
    make("summary", {}, "Suggest a change"),
    make("label", { class: "block" }, "For the exercise ", target),
    make("label", { class: "block" }, "The text of the cell", text),
    make("label", { class: "block" }, "Note ", note),
    make("div", { class: "actions" }, send),
    done,
  );
}

function data(name) {
  const sure = make("input", { type: "text", "aria-label": `Type ${name} to delete everything`, placeholder: `type ${name}` });
  const remove = action(
    "Delete everything about this person",
    async () => {
      if (sure.value !== name) throw new Error(`Type ${name} into the field first.`);
      await call("DELETE", `api/people/${name}`);
      closePanel();
    },
    { class: "danger" },
  );
  return make(
    "details",
    {},
    make("summary", {}, "This person's data"),
    make("p", {}, make("a", { href: `api/people/${name}`, download: `${name}.json` }, "Download all that is stored")),
    make("div", { class: "actions" }, sure, remove),
  );
}
