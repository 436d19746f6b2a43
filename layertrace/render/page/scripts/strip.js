// The strip of chapters in the head: the statements of the program in proportion to their time.

import { button, byId, el } from "./elements.js";
import { dropFilters } from "./filters.js";
import { goTo } from "./moving.js";
import { chapters, reveal, setOpen, view } from "./outline.js";
import { goToTab, shownTab } from "./tabs.js";
import { placeOf } from "./timeline.js";
import { drawTree } from "./tree.js";
import { zoomToChapter } from "./viewport.js";
import { duration, MISSING } from "./words.js";

const MOST_PARTS = 40;

export function showStrip() {
  if (chapters.length < 2) return;
  const longest = chapters.toSorted((a, b) => b.took - a.took).slice(0, MOST_PARTS);
  byId("strip").hidden = false;
  byId("strip").style.setProperty("--parts", longest.length);
  byId("strip").append(...chapters.filter((chapter) => longest.includes(chapter)).map(part));
  new ResizeObserver(fitTexts).observe(byId("strip"));
}

// A part shows as much as fits: lines, name and time; lines and name; lines; nothing. No text is cut.
function fitTexts() {
  const parts = [...byId("strip").querySelectorAll("button")];
  for (const partButton of parts) for (const text of partButton.children) text.hidden = false;
  for (let left = 3; left > 0; left--) {
    const tooNarrow = parts.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
    for (const partButton of tooNarrow) partButton.children[left - 1].hidden = true;
  }
}

function part(chapter) {
  const { numbers, called, source, took, place } = chapter;
  const name = called || placeOf(place).short;
  const time = took === MISSING ? "" : duration(took);
  const item = el(
    "li",
    {},
    button("", () => goToChapter(chapter), {
      title: [`${numbers} ${source || name}`.trim(), time].filter(Boolean).join("\n"),
      "aria-label": [numbers, name, time].filter(Boolean).join(" "),
    }),
  );
  item.style.flexGrow = Math.max(took, 0) / 1e6;
  item.firstChild.append(
    el("span", { class: "quiet" }, numbers),
    el("b", {}, ` ${name}`),
    el("span", { class: "quiet" }, ` ${time}`),
  );
  return item;
}

function goToChapter(chapter) {
  if (shownTab() !== "events") goToTab("events");
  if (view.hits !== null) dropFilters();
  view.byChapter = true;
  reveal(chapter.first);
  setOpen(chapter.node, true);
  drawTree();
  goTo(chapter.node);
  zoomToChapter(chapter);
}
