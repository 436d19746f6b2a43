// Draw what explains the life chart: the heads of its columns, the lines between chapters, and the legend.

import { button, el } from "./elements.js";
import { flagButtons, placed, SIGN_CLASSES } from "./lifecells.js";
import {
  BUILD,
  CALL,
  INIT,
  isLifeGroup,
  lifeChapters,
  lifeColumns,
  lifeLetter,
  lifePass,
  lifeRows,
  lifeWords,
  RAISED,
  VARIABLE,
} from "./lifedata.js";
import { lifeGroupText } from "./lifelayout.js";
import { follow } from "./links.js";

function sourceShown({ lines, source, short, thread: name, width }) {
  if (!source && name) return `thread ${name}`;
  return (lines.length + source.length + 3) * 7.4 < width ? source : short;
}

function chapterHead(chapter) {
  const more = chapter.statements > 1 ? ` … ${chapter.statements} statements` : "";
  const title = [
    chapter.file && `${chapter.file}:${chapter.lines}`,
    chapter.source + more,
    chapter.time,
    chapter.thread && `thread ${chapter.thread}`,
  ];
  const head = el(
    "span",
    { class: "chapter", title: title.filter(Boolean).join("  ") },
    button(
      [el("b", {}, chapter.lines), " ", el("code", {}, sourceShown(chapter))],
      () => follow(chapter.event),
      { class: "inline", "aria-label": `Events of line ${chapter.lines} ${chapter.source}` },
    ),
    el("span", { class: "time quiet" }, chapter.time),
  );
  return placed(head, chapter.x, chapter.width);
}

function groupHead(group) {
  const head = el(
    "span",
    { class: `group ${group.mode}`, title: lifeGroupText(group) },
    lifeGroupText(group),
    flagButtons(group.findings),
  );
  return placed(head, group.x, group.width);
}

export function headElements() {
  const corner = el(
    "span",
    { class: "corner" },
    el("b", {}, lifeChapters.find((chapter) => chapter.file)?.file ?? ""),
  );
  const numbers = lifeColumns.map((each, at) =>
    placed(
      el(
        "span",
        {
          class: "number",
          role: "columnheader",
          "aria-colindex": `${at + 2}`,
          "aria-label": `${lifePass(at)}, line ${each.chapter.lines}`,
        },
        each.label,
      ),
      each.x,
      each.width,
    ),
  );
  return [
    corner,
    el("span", { class: "output quiet" }, "output"),
    el("span", { class: "params quiet" }, "params"),
    lifeChapters.map(chapterHead),
    lifeChapters.flatMap((chapter) => chapter.groups.map(groupHead)),
    numbers,
  ].flat();
}

// Thin lines between chapters, behind all rows.
export function ruleElements() {
  return lifeChapters.map((chapter) => placed(el("span", { class: "rule" }), chapter.x, 1));
}

export function legendItems() {
  const used = new Map();
  for (const row of lifeRows)
    for (const [at, marksOfCell] of row.cells)
      for (const { sign } of marksOfCell) used.set(lifeWords(sign, at), [sign, at]);
  const order = [INIT, BUILD, VARIABLE, CALL, RAISED];
  const items = [...used]
    .filter(([, [sign]]) => order.includes(sign))
    .sort(([, [a]], [, [b]]) => order.indexOf(a) - order.indexOf(b));
  const drawn = items.map(([words, [sign, at]]) =>
    el(
      "li",
      {},
      sign === VARIABLE
        ? el("span", { class: "dots" }, el("i"))
        : el("span", { class: `mk ${SIGN_CLASSES[sign] ?? lifeLetter(sign, at)}` }, lifeLetter(sign, at)),
      ` ${words}`,
    ),
  );
  if (lifeRows.some(isLifeGroup)) drawn.push(el("li", {}, "× of several layers: all of them together"));
  return drawn;
}
