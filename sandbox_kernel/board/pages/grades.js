/** Grades: points per learner and lesson as the service checked them, deadlines, exports. */
import { action, call, make } from "./common.js";

export async function showGrades(place, learners) {
  const found = await call("GET", "api/grades.json").catch((error) => ({ fault: error.message }));
  if (found.fault) return place.replaceChildren(make("p", { class: "bad" }, found.fault));
  const people = [...learners.values()].filter(({ role }) => role === "learner").sort((a, b) => a.shown.localeCompare(b.shown));
  const used = found.lessons.filter((lesson) => found.grades.some((one) => one.lesson === lesson));
  const points = (name, lesson) => found.grades.filter((one) => one.learner === name && one.lesson === lesson);
  place.replaceChildren(
    make("h2", {}, "Grades"),
    make("p", { class: "row" }, make("a", { href: "api/grades.csv" }, "Per exercise (CSV)"), make("a", { href: "api/grades.nbgrader" }, "In nbgrader's columns (CSV)")),
    make("p", { class: "note" }, "Points are those that the service found when it checked the recorded answers itself."),
    make(
      "div",
      { class: "table" },
      make(
        "table",
        {},
        make("thead", {}, make("tr", {}, ...["Name", ...used, "Together"].map((text) => make("th", { scope: "col" }, text)))),
        make("tbody", {}, ...people.map((one) => row(one, used, points))),
      ),
    ),
    make("h2", {}, "Deadlines"),
    ...found.lessons.map((lesson) => deadline(lesson, found.deadlines[lesson], place, learners)),
  );
}

function row(one, lessons, points) {
  const sum = (grades) => grades.reduce((all, grade) => all + grade.points, 0);
  const cell = (grades) => {
    const waiting = grades.some((grade) => grade.waiting);
    const late = grades.some((grade) => grade.late);
    return grades.length ? `${sum(grades)}${waiting ? " …" : ""}${late ? " (late)" : ""}` : "";
  };
  const each = lessons.map((lesson) => points(one.name, lesson));
  return make("tr", {}, make("td", {}, one.shown), ...each.map((grades) => make("td", {}, cell(grades))), make("td", {}, String(sum(each.flat()))));
}

function deadline(lesson, due, place, learners) {
  const local = due ? new Date(due * 1000 - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 16) : "";
  const field = make("input", { type: "datetime-local", value: local, "aria-label": `Deadline of ${lesson}` });
  const save = action("Set", async () => {
    await call("PUT", `api/deadlines/${lesson}`, { time: field.value ? new Date(field.value).getTime() / 1000 : 0 });
    await showGrades(place, learners);
  });
  return make("div", { class: "row" }, make("span", {}, lesson), field, save);
}
