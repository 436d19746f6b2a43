// Show findings as cards that open and lead to their events.

import { byId, el, link } from "./elements.js";
import { eventTags, placeTag } from "./links.js";
import { data, column } from "./timeline.js";
import { MISSING } from "./words.js";

const MOST_CARDS_OPEN = 3;
const cards = new Map();

export function showFindings() {
  byId("tally").append(data.tally);
  if (!data.findings.length) {
    byId("findings").classList.add("none");
    byId("finding-list").append(el("p", { class: "quiet" }, nothingFound()));
  }
  data.findings.forEach((finding, index) => {
    const card = findingCard(finding, index < MOST_CARDS_OPEN && finding.severity !== "note");
    cards.set(finding, card);
    byId("finding-list").append(card);
  });
}

// If the recording failed, the absence of findings is not good news.
function nothingFound() {
  if (!data.checked) return "The rules did not run, so nothing was checked.";
  if (data.failure) return "Not a mistake layertrace knows.";
  const failed = column.error.some((error) => error !== MISSING);
  return failed ? "No rule explains the errors." : "No problems found.";
}

function findingCard(finding, open) {
  return el(
    "details",
    { class: `finding ${finding.severity}`, open },
    el(
      "summary",
      {},
      el("span", { class: "severity" }, finding.severity),
      el("b", {}, finding.code),
      el("span", { class: "name" }, finding.name),
      el("span", { class: "message" }, finding.message),
    ),
    el(
      "div",
      { class: "finding-body" },
      findingEvidence(finding),
      finding.fix ? el("p", { class: "instead" }, "instead") : "",
      finding.fix ? el("pre", {}, finding.fix) : "",
      finding.link ? el("p", {}, link(finding.link)) : "",
    ),
  );
}

function findingEvidence(finding) {
  const list = el("ul", { class: "evidence" });
  if (finding.place !== MISSING && finding.evidence.every(([, place]) => place !== finding.place)) {
    list.append(el("li", {}, placeTag(finding.place)));
  }
  for (const [text, place, events] of finding.evidence) {
    list.append(el("li", {}, placeTag(place), el("span", {}, text), ...eventTags(events)));
  }
  return list;
}

export function goToFinding(finding) {
  const card = cards.get(finding);
  card.open = true;
  card.scrollIntoView({ block: "center" });
  card.querySelector("summary").focus({ preventScroll: true });
}
