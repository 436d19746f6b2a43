// Draw the visible lines of the tree, and only those.

import { byId, el, placeParts } from "./elements.js";
import { cellsOf, timeOf } from "./line.js";
import {
  canOpen,
  chapterOf,
  firstOf,
  isChapter,
  isOpen,
  isPlumbing,
  isThread,
  layOut,
  lines,
  numberOf,
  view,
} from "./outline.js";
import { isHit } from "./search.js";
import { END, EVENTS, FIRST, column, placeOf } from "./timeline.js";
import { longestDuration, MISSING } from "./words.js";

// `searched`: whether no line was visited since the last search; `before`: the active line before it.
export const tree = {
  box: byId("tree"),
  active: MISSING,
  before: MISSING,
  drawn: new Map(),
  asked: false,
  whole: false,
  searched: false,
};
const DEEPEST_INDENT = 24;
const LINES_OUT_OF_SIGHT = 12;
export const LONGEST_PLACE = 26;
const MOST_DRAWN_AT_ONCE = 300;
const LONGEST_TIME = longestDuration(END - FIRST);

export function rowHeight() {
  return parseFloat(getComputedStyle(tree.box).getPropertyValue("--row"));
}

// Lay out and draw all lines, after some were opened, closed or filtered.
export function drawTree() {
  layOut();
  tree.box.style.height = `${lines.count * rowHeight()}px`;
  tree.box.style.setProperty("--times", `${LONGEST_TIME}ch`);
  tree.box.style.setProperty("--digits", `${Math.max(numberOf(EVENTS - 1).length, 1)}ch`);
  // Nothing is chosen at first.
  if (tree.active !== MISSING && lines.at[tree.active] === MISSING)
    tree.active = lines.count ? lines.node[0] : MISSING;
  redraw();
}

export function redraw() {
  tree.drawn.clear();
  tree.box.replaceChildren();
  drawVisible();
}

export function askToDraw() {
  if (tree.asked) return;
  tree.asked = true;
  requestAnimationFrame(() => {
    tree.asked = false;
    drawVisible();
  });
}

function visibleLines() {
  if (tree.whole) return [0, Math.min(lines.count, MOST_PRINTED)];
  if (lines.count <= MOST_DRAWN_AT_ONCE) return [0, lines.count]; // so that the browser's own search finds them
  const height = rowHeight();
  const top = tree.box.getBoundingClientRect().top;
  const from = Math.max(Math.floor(-top / height) - LINES_OUT_OF_SIGHT, 0);
  return [from, Math.min(Math.ceil((innerHeight - top) / height) + LINES_OUT_OF_SIGHT, lines.count)];
}

export function drawVisible() {
  const [from, to] = visibleLines();
  const height = rowHeight();
  for (const [line, row] of tree.drawn) {
    if (line >= from && line < to) continue;
    row.remove();
    tree.drawn.delete(line);
  }
  const fresh = document.createDocumentFragment();
  for (let line = from; line < to; line++) {
    if (tree.drawn.has(line)) continue;
    const row = drawLine(line);
    row.style.top = `${line * height}px`;
    tree.drawn.set(line, row);
    fresh.append(row);
  }
  tree.box.append(fresh);
  markActive();
}

function drawLine(line) {
  const node = lines.node[line];
  const opens = canOpen(node);
  const row = el("div", {
    id: `line-${node}`,
    role: "treeitem",
    class: lineClasses(node),
    "aria-level": lines.level[line],
    "aria-posinset": lines.place[line],
    "aria-setsize": lines.siblings[line],
    "aria-expanded": opens ? String(isOpen(node)) : null,
    "aria-selected": "false",
  });
  row.dataset.node = node;
  const indent = el("span", { class: "indent" });
  indent.style.setProperty("--level", Math.min(lines.level[line] - 1, DEEPEST_INDENT));
  const place = placeOf(
    isThread(node) ? MISSING : isChapter(node) ? chapterOf(node).place : column.place[firstOf(node)],
  );
  const depth = lines.level[line] - 1;
  const deep = depth > DEEPEST_INDENT ? el("span", { class: "quiet" }, `${depth}⟩`) : null;
  row.append(
    el("span", { class: "number" }, numberOf(node)),
    indent,
    el("span", { class: "caret", "aria-hidden": "true" }, opens ? (isOpen(node) ? "▾" : "▸") : ""),
    el("span", { class: "cells" }, deep, ...spaced(cellsOf(node))),
    el("span", { class: "time" }, timeOf(node)),
    el("span", { class: "place", title: place.full }, ...placeParts(place.short)),
  );
  return row;
}

// With spaces between them, for screen readers and copied text.
function spaced(cells) {
  return cells.filter(Boolean).flatMap((cell) => [cell, " "]);
}

function lineClasses(node) {
  const classes = ["line"];
  if (isThread(node)) classes.push("thread");
  else if (isChapter(node)) classes.push("chapter");
  else {
    if (isPlumbing(node)) classes.push("plumbing");
    if (column.error[firstOf(node)] !== MISSING) classes.push("failing");
    if (view.hits !== null) classes.push(isHit(node) ? "hit" : "context");
  }
  return classes.join(" ");
}

function markActive() {
  for (const row of tree.drawn.values()) {
    row.setAttribute("aria-selected", String(Number(row.dataset.node) === tree.active));
  }
  const isDrawn = tree.active !== MISSING && tree.drawn.has(lines.at[tree.active]);
  if (isDrawn) tree.box.setAttribute("aria-activedescendant", `line-${tree.active}`);
  else tree.box.removeAttribute("aria-activedescendant");
}

export function scrollToLine(line) {
  const height = rowHeight();
  const top = tree.box.getBoundingClientRect().top + line * height;
  const covered = stuckHeight() + 4;
  const free = innerHeight - coveredBelow() - height - 4;
  const margin = Math.min(2 * height, Math.max(free - covered, 0) / 3);
  if (top < covered) scrollBy(0, top - covered - (line === 0 ? 0 : margin));
  else if (top > free) scrollBy(0, top - free + margin);
}

// The line that stays visible when the height of lines changes: the active one, or the first that is not covered.
export function lineToKeep() {
  const height = rowHeight();
  const top = tree.box.getBoundingClientRect().top;
  const first = Math.ceil((stuckHeight() - top) / height);
  const last = Math.floor((innerHeight - top) / height) - 1;
  const active = tree.active === MISSING ? MISSING : lines.at[tree.active];
  if (active >= first && active <= last) return active;
  return first > 0 && first < lines.count ? first : MISSING;
}

export function stuckHeight() {
  const tools = byId("tools");
  return getComputedStyle(tools).position === "sticky" ? tools.offsetHeight : 0;
}

// On a phone, details cover the lower part of the tree.
function coveredBelow() {
  const details = byId("details");
  return !details.hidden && getComputedStyle(details).position === "fixed" ? details.offsetHeight : 0;
}

export const MOST_PRINTED = 2000;
