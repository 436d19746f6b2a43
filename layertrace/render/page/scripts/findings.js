// Show findings as cards that open and lead to their events.

import { byId, el, link } from "./elements.js";
import { eventTags, placeTag } from "./links.js";
import { data } from "./timeline.js";
import { MISSING } from "./words.js";

// On a phone, where an open card would push everything else off the first screen, all are closed.
const PHONE = matchMedia("(max-width: 600px)");
const cards = new Map();

export function showFindings() {
  if (!data.findings.length) return;
  byId("findings").hidden = false;
  // A column of their own is for what is wrong: notes have one line each.
  for (const name of ["beside", "problems"]) byId("main").classList.toggle(name, hasProblems());
  byId("tally").append(data.tally);
  data.findings.forEach((finding, index) => {
    const card = findingCard(finding, index === 0 && hasProblems() && !PHONE.matches);
    cards.set(finding, card);
    byId("finding-list").append(card);
  });
}

export function hasProblems() {
  return data.findings.some(({ severity }) => severity !== "note");
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
      finding.frame.length ? el("pre", { class: "frame" }, finding.frame.map(frameLine)) : "",
      finding.fix ? el("p", {}, `instead: ${finding.fix}`) : "",
      finding.link ? el("p", {}, link(finding.link)) : "",
    ),
  );
}

// A line of the program or of the fix; its role gives it a colour, and a sign of its own.
function frameLine([role, text]) {
  return el("span", { class: `frame-line ${role}` }, `${text}\n`);
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
