// Where the columns of the life chart are: equal marks stand below each other.

import { lifeChapters, lifeColumns, lifeRows, VARIABLE, VARIABLE_IN_CALL } from "./lifedata.js";
import { thousands } from "./words.js";

export const MARK = 17;
const DOT = 7;
const SLOT_GAP = 4;
const COLUMN_GAP = 10;
const CHAPTER_PADDING = 12;
const LETTER = 6.7;
const LEAST_COLUMN = 17;
const MOST_DOTS = 4;
const WIDEST_FUNCTION = 190;
const WIDEST_CHAPTER = 210;
const NARROWEST_CHAPTER = 64;
const NOTES = 180;

export function isDotted(mark) {
  return (mark.sign === VARIABLE || mark.sign === VARIABLE_IN_CALL) && mark.count <= MOST_DOTS;
}

export function isOfVariables(mark) {
  return mark.sign === VARIABLE || mark.sign === VARIABLE_IN_CALL;
}

export function timesText(count) {
  return `×${thousands(count)}`;
}

function markWidth(mark) {
  if (isDotted(mark)) return mark.count * DOT;
  const sign = isOfVariables(mark) ? DOT : MARK;
  return mark.count === 1 ? sign : sign + 2 + timesText(mark.count).length * LETTER;
}

// The slots of each column, with their places; only slots that some row needs.
function measureSlots() {
  const widths = lifeColumns.map(() => new Map());
  for (const row of lifeRows)
    for (const [at, marksOfCell] of row.cells)
      for (const mark of marksOfCell)
        widths[at].set(mark.sign, Math.max(widths[at].get(mark.sign) ?? 0, markWidth(mark)));
  widths.forEach((slots, at) => {
    const column = lifeColumns[at];
    column.slots = new Map();
    column.width = 0;
    for (const sign of [...slots.keys()].sort()) {
      column.slots.set(sign, column.width);
      column.width += slots.get(sign) + SLOT_GAP;
    }
    column.width = Math.max(column.width - SLOT_GAP, column.label.length * LETTER, LEAST_COLUMN);
  });
}

function widen(from, to, wanted) {
  let width = (to - from - 1) * COLUMN_GAP;
  for (let at = from; at < to; at++) width += lifeColumns[at].width;
  if (wanted > width) lifeColumns[to - 1].width += wanted - width;
}

export function lifeGroupText(group) {
  return group.runs ? `${group.label} ran ${timesText(group.runs)}` : group.label;
}

export const lifeLayout = { width: 0, notes: 0 };

// Lay out the columns after `left` pixels for names, shapes and parameters.
export function layOutLife(left, isNarrow) {
  measureSlots();
  let x = left;
  for (const chapter of lifeChapters) {
    for (const group of chapter.groups) {
      const flags = group.findings.length * 8;
      widen(
        group.from,
        group.to,
        Math.min((lifeGroupText(group).length + flags) * LETTER, WIDEST_FUNCTION + flags * LETTER),
      );
    }
    widen(
      chapter.from,
      chapter.to,
      Math.min(
        Math.max(chapter.lines.length + chapter.short.length + 1, chapter.time.length) * LETTER,
        isNarrow ? NARROWEST_CHAPTER : WIDEST_CHAPTER,
      ),
    );
    chapter.x = x;
    x += CHAPTER_PADDING;
    for (const group of chapter.groups) {
      group.x = x;
      for (let at = group.from; at < group.to; at++) {
        lifeColumns[at].x = x;
        x += lifeColumns[at].width + COLUMN_GAP;
      }
      group.width = x - group.x - COLUMN_GAP;
    }
    x += CHAPTER_PADDING - COLUMN_GAP;
    chapter.width = x - chapter.x;
  }
  lifeLayout.notes = x + CHAPTER_PADDING;
  const noted = lifeRows.some((row) => row.troubles.size || row.remark || row.errors);
  lifeLayout.width = noted ? lifeLayout.notes + NOTES : x;
}
