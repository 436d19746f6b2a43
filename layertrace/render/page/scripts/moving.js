// Move in the tree by keys and by mouse, as in any tree.

import { showDetails } from "./details.js";
import { around, below, canOpen, isHead, isOpen, lines, setOpen } from "./outline.js";
import { isShowingDetails } from "./panel.js";
import { column, placeOf } from "./timeline.js";
import {
  askToDraw,
  drawTree,
  drawVisible,
  lineToKeep,
  LONGEST_PLACE,
  rowHeight,
  scrollToLine,
  stuckHeight,
  tree,
} from "./tree.js";
import { drawLanes } from "./viewport.js";
import { MISSING } from "./words.js";

// Go to a node: show its line, and its details if they are open.
export function goTo(node, { details = false } = {}) {
  if (node === MISSING) return;
  tree.active = node;
  tree.searched = false;
  if (details || isShowingDetails()) showDetails(node); // which on a phone covers some of the lines
  scrollToLine(lines.at[node]);
  drawVisible();
  drawLanes();
}

function toggle(node, open = !isOpen(node)) {
  if (!canOpen(node)) return;
  setOpen(node, open);
  drawTree();
}

function openSiblings(node) {
  const outer = around(node);
  for (const sibling of below(outer)) if (canOpen(sibling)) setOpen(sibling, true);
  drawTree();
}

function perPage() {
  return Math.max(Math.floor((innerHeight - stuckHeight()) / rowHeight()) - 2, 1);
}

const MOVES = {
  ArrowDown: (line) => Math.min(line + 1, lines.count - 1),
  ArrowUp: (line) => Math.max(line - 1, 0),
  PageDown: (line) => Math.min(line + perPage(), lines.count - 1),
  PageUp: (line) => Math.max(line - perPage(), 0),
  Home: () => 0,
  End: () => lines.count - 1,
};

const ACTIONS = {
  ArrowRight: (node) => {
    if (!canOpen(node)) return;
    if (!isOpen(node)) toggle(node, true);
    else goTo(lines.node[lines.at[node] + 1]);
  },
  ArrowLeft: (node) => (canOpen(node) && isOpen(node) ? toggle(node, false) : goTo(around(node))),
  "*": openSiblings,
  Enter: (node) => (isHead(node) ? toggle(node) : goTo(node, { details: true })),
  " ": (node) => toggle(node),
};

function onTreeKey(pressed) {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || tree.active === MISSING) return;
  const move = MOVES[pressed.key];
  const act = ACTIONS[pressed.key];
  if (!move && !act) return;
  pressed.preventDefault();
  if (move) goTo(lines.node[move(lines.at[tree.active])]);
  else act(tree.active);
}

// Selecting text with the mouse is not a click: it may be copied.
function isMarking() {
  const marked = getSelection();
  return !marked.isCollapsed && tree.box.contains(marked.anchorNode);
}

function onTreeClick(clicked) {
  const row = clicked.target.closest(".line");
  if (row === null || isMarking()) return;
  const node = Number(row.dataset.node);
  if (isHead(node) || clicked.target.closest(".caret")) {
    tree.active = node;
    toggle(node);
  } else goTo(node, { details: true });
}

// Selected lines are copied as they are shown, one row each.
function onCopy(copied) {
  const marked = getSelection();
  const byLine = [...tree.drawn].sort(([first], [second]) => first - second);
  const rows = byLine.map(([, row]) => row).filter((row) => marked.containsNode(row, true));
  if (rows.length < 2) return;
  copied.clipboardData.setData("text/plain", rows.map(textOfRow).join("\n"));
  copied.preventDefault();
}

function textOfRow(row) {
  const [number, cells, time, place] = [".number", ".cells", ".time", ".place"].map((part) =>
    row.querySelector(part).textContent.trim().replace(/\s+/g, " "),
  );
  const indent = "  ".repeat(row.getAttribute("aria-level") - 1);
  return [number, indent + cells, time, place].filter((part) => part.trim()).join("  ");
}

// Show the active line when the tree gets the focus by keyboard; the browser would only scroll to the whole tree.
function onTreeFocus() {
  if (tree.active === MISSING && lines.count) tree.active = lines.node[0];
  drawVisible();
  if (tree.active === MISSING || !tree.box.matches(":focus-visible")) return;
  requestAnimationFrame(() => {
    scrollToLine(lines.at[tree.active]);
    drawVisible();
  });
}

export function startTree() {
  const longest = Math.max(
    0,
    ...[...new Set(column.place)].slice(0, 10_000).map((place) => placeOf(place).short.length),
  );
  tree.box.style.setProperty("--places", `${Math.min(longest, LONGEST_PLACE)}ch`);
  tree.box.addEventListener("keydown", onTreeKey);
  tree.box.addEventListener("click", onTreeClick);
  tree.box.addEventListener("dblclick", (clicked) => {
    const row = clicked.target.closest(".line");
    if (row !== null && !clicked.target.closest(".caret")) toggle(Number(row.dataset.node));
  });
  tree.box.addEventListener("copy", onCopy);
  tree.box.addEventListener("focus", onTreeFocus);
  let kept = MISSING;
  addEventListener(
    "scroll",
    () => {
      kept = lineToKeep();
      askToDraw();
    },
    { passive: true },
  );
  addEventListener("resize", () => {
    drawTree();
    if (kept !== MISSING) scrollToLine(kept);
    drawVisible();
  });
}
