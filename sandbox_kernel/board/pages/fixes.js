/** Fixes: lessons that changed on disk, published to everybody; what became of each; the way back. */
import { action, call, make, when } from "./common.js";

const LOOK_MS = 1500;
const COURSE = "(course)"; // the author of lessons that came with the course
let timer = 0;

export async function showFixes(place, learners) {
  clearTimeout(timer);
  const found = await call("GET", "api/revisions").catch((error) => ({ fault: error.message }));
  if (found.fault) return place.replaceChildren(make("p", { class: "bad" }, found.fault));
  const text = JSON.stringify(found);
  if (place.dataset.text !== text && !place.contains(document.activeElement?.closest("input"))) {
    place.dataset.text = text;
    place.replaceChildren(...changed(found.changed, place, learners), make("h2", {}, "Published"), ...published(found.revisions, place, learners));
  }
  if (!place.hidden) timer = setTimeout(() => showFixes(place, learners), LOOK_MS);
}

function published(revisions, place, learners) {
  const ours = revisions.filter(({ author }) => author !== COURSE);
  if (!ours.length) return [make("p", { class: "note" }, "Everybody has the lessons as they came with the course.")];
  return ours.map((one) => card(one, place, learners));
}

function changed(lessons, place, learners) {
  const how = "Edit a lesson's text and build the course (jupyter sandbox lesson course DIR): it appears here.";
  if (!lessons.length) return [make("h2", {}, "Nothing to publish"), make("p", { class: "note" }, how)];
  return [
    make("h2", {}, "Changed on disk"),
    ...lessons.map(({ lesson, version }) => {
      const note = make("input", { type: "text", placeholder: "what it mends, in one sentence", "aria-label": `What the fix of ${lesson} mends` });
      const publish = action(
        "Publish to everybody",
        async () => {
          await call("POST", "api/revisions", { lesson, note: note.value });
          note.blur();
          await showFixes(place, learners);
        },
        { class: "main", "data-lesson": lesson },
      );
      return make("div", { class: "card row" }, make("strong", {}, lesson), make("span", { class: "note" }, `version ${version}`), note, publish);
    }),
  ];
}

function card(one, place, learners) {
  const by = (outcome) => one.outcomes.filter((each) => each.outcome === outcome);
  const takeBack = async () => {
    await call("POST", `api/revisions/${one.id}/take-back`);
    await showFixes(place, learners);
  };
  const back = action("Take it back", takeBack, { "data-revision": one.id });
  const name = (each) => learners.get(each.learner)?.shown ?? each.learner;
  const list = (outcome, kind) => by(outcome).map((each) => make("li", { class: kind }, `${name(each)}: ${outcome}${each.detail ? `, ${each.detail}` : ""}`));
  return make(
    "div",
    { class: "card" },
    make("div", { class: "row" }, make("strong", {}, `${one.lesson} ${one.version}`), make("span", {}, one.note), make("span", { class: "note" }, `${when(one.time)}, by ${one.author}`), back),
    make(
      "details",
      {},
      make("summary", {}, `${by("applied").length} applied, ${by("kept").length} kept, ${by("failed").length} failed`),
      make("ul", {}, ...list("failed", "bad"), ...list("kept", ""), ...list("applied", "good")),
    ),
  );
}
