// Show findings as cards that open and lead to their events.

import { button, byId, el, link } from "./elements.js";
import { eventTags, placeTag } from "./links.js";
import { data, isProblem } from "./timeline.js";
import { counted, MISSING } from "./words.js";

// Above the tree, where an open card would push everything else off the first screen, all are closed.
const HAS_COLUMN = matchMedia("(min-width: 1280px)");
const MOST_ABOVE = 2;
const cards = new Map();

export function showFindings() {
  if (!data.findings.length) return;
  byId("findings").hidden = false;
  // A column of their own is for what is wrong.
  for (const name of ["beside", "problems"]) byId("main").classList.toggle(name, hasProblems());
  byId("tally").append(data.tally);
  const problems = data.findings.filter(isProblem);
  problems.forEach((finding, index) => {
    const card = findingCard(finding, index === 0 && HAS_COLUMN.matches);
    cards.set(finding, card);
    card.classList.toggle("further", index >= MOST_ABOVE);
    byId("finding-list").append(card);
  });
  const further = problems.length - MOST_ABOVE;
  if (further > 0) {
    const more = button(`${counted(further, "more finding")}`, showFurther, {
      class: "inline more-findings",
    });
    byId("finding-list").append(more);
  }
  const notes = data.findings.filter((finding) => !isProblem(finding));
  if (notes.length) byId("finding-list").append(remarks(notes));
}

// Notes are not about mistakes: one quiet line that opens.
function remarks(notes) {
  const codes = [...new Set(notes.map(({ code, name }) => `${code} ${name}`))].join(", ");
  const list = notes.map((note) => findingCard(note, false));
  notes.forEach((note, index) => cards.set(note, list[index]));
  return el(
    "details",
    { class: "remarks" },
    el("summary", {}, `${counted(notes.length, "note")}: ${codes}`),
    ...list,
  );
}

function showFurther() {
  byId("findings").classList.add("all");
}

export function hasProblems() {
  return data.findings.some(isProblem);
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

// A line of the program or of the fix; its role gives it a colour. The expression in question is underlined.
export function frameLine([role, text, begin, end]) {
  const parts = [text.slice(0, begin), el("u", {}, text.slice(begin, end)), text.slice(end)];
  return el("span", { class: `frame-line ${role}` }, ...(end > begin ? parts : [text]), "\n");
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
  showFurther();
  card.open = true;
  card.scrollIntoView({ block: "center" });
  card.querySelector("summary").focus({ preventScroll: true });
}
