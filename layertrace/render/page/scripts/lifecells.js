// Draw one row of the life chart: its name, the marks of each cell, and what is wrong.

import { button, el } from "./elements.js";
import { goToFinding } from "./findings.js";
import {
  BUILD,
  INIT,
  isLifeGroup,
  lifeColumns,
  lifeLetter,
  lifeName,
  lifePass,
  lifeTimes,
  lifeWords,
  RAISED,
} from "./lifedata.js";
import { isDotted, isOfVariables, lifeLayout, timesText } from "./lifelayout.js";
import { areMembersShown, canOpenLife, isLifeOpen, life } from "./lifeoutline.js";
import { counted, thousands } from "./words.js";

const INDENT_OF_LIFE = 14;

export const SIGN_CLASSES = { [INIT]: "i", [BUILD]: "b", [RAISED]: "x" };

export function placed(element, x, width) {
  element.style.left = `${x}px`;
  element.style.width = `${width}px`;
  return element;
}

function markElement(mark, at) {
  const { slots, x } = lifeColumns[at];
  const letter = lifeLetter(mark.sign, at);
  const element = isOfVariables(mark)
    ? el(
        "span",
        { class: "dots" },
        Array.from({ length: isDotted(mark) ? mark.count : 1 }, () => el("i")),
      )
    : el("span", { class: `mk ${SIGN_CLASSES[mark.sign] ?? letter}` }, letter);
  const whole = el(
    "span",
    { class: "slot" },
    element,
    mark.count > 1 && !isDotted(mark) ? el("span", { class: "n" }, timesText(mark.count)) : "",
  );
  whole.style.left = `${x + slots.get(mark.sign)}px`;
  return whole;
}

function cellInWords(row, at) {
  const parts = row.cells
    .get(at)
    .map(({ sign, count }) => (count > 1 ? `${lifeWords(sign, at)} ${count} times` : lifeWords(sign, at)));
  const { chapter } = lifeColumns[at];
  return `${chapter.lines ? `line ${chapter.lines}, ` : ""}${lifePass(at)}: ${parts.join(", ")}`;
}

// An open group has no cells of its own, since the rows inside have them.
export function cellsShown(row) {
  return isLifeGroup(row) && isLifeOpen(row) ? [] : [...row.cells];
}

function cellElement(row, at, marksOfCell) {
  const cell = el(
    "span",
    {
      role: "gridcell",
      class: "cell",
      "data-column": `${at}`,
      id: `life-${row.at}-${at}`,
      "aria-label": cellInWords(row, at),
      "aria-colindex": `${at + 2}`,
    },
    marksOfCell.map((mark) => markElement(mark, at)),
  );
  return cell;
}

// A line from the first to the last sign of life.
function thread(row) {
  const places = cellsShown(row).flatMap(([at, marksOfCell]) =>
    marksOfCell.map(({ sign }) => lifeColumns[at].x + lifeColumns[at].slots.get(sign)),
  );
  if (places.length < 2) return "";
  const first = Math.min(...places);
  const line = el("span", { class: "lifeline", "aria-hidden": "true" });
  return placed(line, first, Math.max(...places) - first);
}

export function flagButtons(findings, words = "") {
  return [...findings].map((finding) =>
    button(`⚑ ${finding.code}${words}`, () => goToFinding(finding), {
      class: `flag ${finding.severity}`,
      title: finding.message,
      tabindex: "-1",
    }),
  );
}

function notes(row) {
  const inside = isLifeOpen(row)
    ? []
    : [...row.troubles].filter((finding) => !row.findings.includes(finding));
  const own = [...row.cells.values()].flat().some((mark) => mark.sign === RAISED);
  const parts = [
    ...flagButtons(row.findings),
    ...flagButtons(inside, " inside"),
    row.errors && !own && !isLifeOpen(row)
      ? el("span", { class: "failed" }, `✗ ${counted(row.errors, "error")} inside`)
      : "",
    row.remark ? el("span", { class: "quiet" }, row.remark) : "",
  ].filter(Boolean);
  if (!parts.length) return "";
  const box = el("span", { class: "notes", role: "gridcell" }, parts);
  box.style.left = `${lifeLayout.notes}px`;
  return box;
}

function nameElement(row, line) {
  const times = lifeTimes(row);
  const open = isLifeOpen(row);
  const caret = canOpenLife(row) ? (open ? "▾" : "▸") : "";
  const each = times > 1 ? row.layers / times : row.layers;
  const hidden = row.sort === "outside" ? 0 : isLifeGroup(row) ? each : open ? 0 : each - 1;
  const facts = [
    row.className,
    hidden ? `${counted(hidden, "layer")}${isLifeGroup(row) ? (times > 1 ? " each" : "") : " inside"}` : "",
  ];
  const fold =
    times > 1
      ? button(`×${thousands(times)}`, null, {
          class: "fold",
          tabindex: "-1",
          title: areMembersShown(row) ? "Show one of them" : "Show each of them",
        })
      : "";
  const [worst] = open ? row.findings : row.troubles;
  const name = el(
    "span",
    { role: "rowheader", class: "name", title: lifeName(row), id: `life-${row.at}` },
    el("span", { class: "caret" }, caret),
    el("b", { class: row.sort === "outside" ? "quiet" : "" }, lifeName(row)),
    fold,
    worst ? el("span", { class: `pin ${worst.severity}`, "aria-hidden": "true" }, "⚑") : "",
    el("span", { class: "quiet class" }, facts.filter(Boolean).join(" · ")),
  );
  name.style.paddingLeft = `${4 + Math.min(life.depths[line], 12) * INDENT_OF_LIFE}px`;
  return name;
}

export function rowElement(line, height) {
  const row = life.rows[line];
  const element = el(
    "div",
    {
      role: "row",
      class: `life ${line % 2 ? "odd" : "even"}`,
      "aria-level": `${life.depths[line] + 1}`,
      "aria-rowindex": `${line + 2}`,
      "aria-expanded": canOpenLife(row) ? String(isLifeOpen(row)) : null,
    },
    nameElement(row, line),
    el("span", { class: "output quiet", "aria-hidden": "true" }, row.outputs),
    el(
      "span",
      { class: "params quiet", "aria-hidden": "true" },
      row.parameters ? thousands(row.parameters) : "",
    ),
    thread(row),
    cellsShown(row).map(([at, marksOfCell]) => cellElement(row, at, marksOfCell)),
    notes(row),
  );
  element.dataset.row = `${row.at}`;
  element.style.top = `${line * height}px`;
  element.style.width = `${lifeLayout.width}px`;
  return element;
}
