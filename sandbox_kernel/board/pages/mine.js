/** A learner's own page: every answer and what it was worth, who looked and when. */
import { call, make, when } from "./common.js";

const table = (head, rows) =>
  make("table", {}, make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))), make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((text) => make("td", {}, String(text ?? "")))))));

const found = await call("GET", "api/mine").catch((error) => ({ fault: error.message }));
const place = document.querySelector("#mine");
if (found.fault) {
  place.replaceChildren(make("p", { class: "bad" }, found.fault));
} else {
  const state = (one) => (one.state === "done" ? `${one.points} points${one.late ? ", late" : ""}` : one.state === "waiting" ? "waits to be checked" : "");
  place.replaceChildren(
    make("h2", {}, "Answers"),
    found.attempt.length
      ? table(["When", "Lesson", "Exercise", "In my notebook", "For the class"], found.attempt.toReversed().map((one) => [when(one.time), one.lesson, one.exercise, one.claimed, state(one)]))
      : make("p", { class: "note" }, "None yet."),
    make("h2", {}, "Who looked over my shoulder"),
    found.look.length ? table(["From", "Until", "Who"], found.look.map((one) => [when(one.began), when(one.ended), one.viewer])) : make("p", { class: "note" }, "Nobody did."),
    make("p", {}, make("a", { href: "api/mine", download: `${document.documentElement.dataset.me}.json` }, "Download all that is stored about me")),
  );
}
