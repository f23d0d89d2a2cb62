/** The audit log: who looked at whom, published, exported, deleted. */
import { call, make, when } from "./common.js";

export async function showAudit(place) {
  const found = await call("GET", "api/audit").catch((error) => ({ fault: error.message }));
  if (found.fault) return place.replaceChildren(make("p", { class: "bad" }, found.fault));
  const rows = found.audit.map((one) => make("tr", {}, ...[when(one.time), one.who, one.what, one.learner, one.detail].map((text) => make("td", {}, text))));
  place.replaceChildren(
    make("h2", {}, "What was done"),
    make("table", {}, make("thead", {}, make("tr", {}, ...["When", "Who", "What", "Whose", "More"].map((text) => make("th", { scope: "col" }, text)))), make("tbody", {}, ...rows)),
  );
}
