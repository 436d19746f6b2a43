// Draw the lines of the tree that can be seen, and only those; move in it by keys as in any tree.

// `searched` says that no line was gone to since the last search, `before` where one was until then.
const tree = {
  box: byId("tree"), active: MISSING, before: MISSING, drawn: new Map(), asked: false, whole: false, searched: false,
};
const DEEPEST_INDENT = 24;
const BESIDE = 12;
const LONGEST_PLACE = 26;
const MOST_DRAWN_AT_ONCE = 300;

function rowHeight() {
  return parseFloat(getComputedStyle(tree.box).getPropertyValue("--row"));
}

// Lines may have been opened, closed, or found: lay them out anew and draw.
function drawTree() {
  layOut();
  tree.box.style.height = `${lines.count * rowHeight()}px`;
  tree.box.style.setProperty("--digits", `${Math.max(numberOf(EVENTS - 1).length, 1)}ch`);
  if (tree.active === MISSING || lines.at[tree.active] === MISSING) tree.active = lines.count ? lines.node[0] : MISSING;
  redraw();
}

function redraw() {
  tree.drawn.clear();
  tree.box.replaceChildren();
  drawVisible();
}

function askToDraw() {
  if (tree.asked) return;
  tree.asked = true;
  requestAnimationFrame(() => {
    tree.asked = false;
    drawVisible();
  });
}

function seen() {
  if (tree.whole) return [0, Math.min(lines.count, MOST_PRINTED)];
  if (lines.count <= MOST_DRAWN_AT_ONCE) return [0, lines.count];  // so that the browser's own search finds them
  const height = rowHeight(), top = tree.box.getBoundingClientRect().top;
  const from = Math.max(Math.floor(-top / height) - BESIDE, 0);
  return [from, Math.min(Math.ceil((innerHeight - top) / height) + BESIDE, lines.count)];
}

function drawVisible() {
  const [from, to] = seen();
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
  const node = lines.node[line], opens = canOpen(node);
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
  const place = isThread(node) ? placeOf(MISSING) : placeOf(of.place[firstOf(node)]);
  const depth = lines.level[line] - 1;
  const deep = depth > DEEPEST_INDENT ? el("span", { class: "quiet" }, `${depth}⟩`) : null;
  row.append(
    el("span", { class: "number" }, numberOf(node)),
    indent,
    el("span", { class: "caret", "aria-hidden": "true" }, opens ? (isOpen(node) ? "▾" : "▸") : ""),
    el("span", { class: "cells" }, deep, ...spaced(cellsOf(node))),
    el("span", { class: "time" }, timeOf(node)),
    el("span", { class: "place", title: place.full }, place.short),
  );
  return row;
}

// With spaces between, which is what is read out, and copied.
function spaced(cells) {
  return cells.filter(Boolean).flatMap((cell) => [cell, " "]);
}

function lineClasses(node) {
  const classes = ["line"];
  if (isThread(node)) classes.push("thread");
  else {
    if (of.error[firstOf(node)] !== MISSING) classes.push("failing");
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

// Go to a node: show its line, and its details where they are open.
function goTo(node, { details = false } = {}) {
  if (node === MISSING) return;
  tree.active = node;
  tree.searched = false;
  if (details || isShowingDetails()) showDetails(node);  // which on a phone covers some of the lines
  scrollToLine(lines.at[node]);
  drawVisible();
  drawLanes();
}

// Go to an event wherever it is: filters that hide it are cleared, what is around it is opened.
function follow(event) {
  keepStep();
  showTab("events");
  if (!isShown(event)) dropFilters();
  reveal(event);
  drawTree();
  tree.box.focus({ preventScroll: true });
  writeAddress(event, { further: true });
  goTo(event, { details: true });
  showInLanes(event);
}

function scrollToLine(line) {
  const height = rowHeight();
  const top = tree.box.getBoundingClientRect().top + line * height;
  const covered = stuckHeight() + 4, free = innerHeight - coveredBelow() - height - 4;
  const beside = Math.min(2 * height, Math.max(free - covered, 0) / 3);
  if (top < covered) scrollBy(0, top - covered - (line === 0 ? 0 : beside));
  else if (top > free) scrollBy(0, top - free + beside);
}

// The line that stays in sight when lines become higher or lower: the active one, or else the first that is free.
function lineToKeep() {
  const height = rowHeight(), top = tree.box.getBoundingClientRect().top;
  const first = Math.ceil((stuckHeight() - top) / height), last = Math.floor((innerHeight - top) / height) - 1;
  const active = tree.active === MISSING ? MISSING : lines.at[tree.active];
  if (active >= first && active <= last) return active;
  return first > 0 && first < lines.count ? first : MISSING;
}

function stuckHeight() {
  const tools = byId("tools");
  return getComputedStyle(tools).position === "sticky" ? tools.offsetHeight : 0;
}

// On a phone, details lie over the lower part of the tree.
function coveredBelow() {
  const details = byId("details");
  return !details.hidden && getComputedStyle(details).position === "fixed" ? details.offsetHeight : 0;
}

function toggle(node, open = !isOpen(node)) {
  if (!canOpen(node)) return;
  setOpen(node, open);
  drawTree();
}

function openBeside(node) {
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
  "*": openBeside,
  Enter: (node) => (isThread(node) ? toggle(node) : goTo(node, { details: true })),
  " ": (node) => toggle(node),
};

function onTreeKey(pressed) {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || tree.active === MISSING) return;
  const move = MOVES[pressed.key], act = ACTIONS[pressed.key];
  if (!move && !act) return;
  pressed.preventDefault();
  if (move) goTo(lines.node[move(lines.at[tree.active])]);
  else act(tree.active);
}

// Whoever marks some text with the mouse wants to copy it.
function isMarking() {
  const marked = getSelection();
  return !marked.isCollapsed && tree.box.contains(marked.anchorNode);
}

function onTreeClick(clicked) {
  const row = clicked.target.closest(".line");
  if (row === null || isMarking()) return;
  const node = Number(row.dataset.node);
  if (isThread(node) || clicked.target.closest(".caret")) {
    tree.active = node;
    toggle(node);
  } else goTo(node, { details: true });
}

// Lines that were marked are copied as they are shown, a row for each.
function onCopy(copied) {
  const marked = getSelection();
  const rows = [...tree.drawn].sort(([one], [other]) => one - other).map(([, row]) => row)
    .filter((row) => marked.containsNode(row, true));
  if (rows.length < 2) return;
  const indent = (row) => "  ".repeat(row.getAttribute("aria-level") - 1);
  const text = (row, part) => row.querySelector(part).innerText.trim().replace(/\s+/g, " ");
  copied.clipboardData.setData("text/plain", rows.map((row) =>
    [text(row, ".number"), indent(row) + text(row, ".cells"), text(row, ".time"), text(row, ".place")]
      .filter((part) => part.trim()).join("  ")).join("\n"));
  copied.preventDefault();
}

// Who comes by keys sees where the keys are; the browser knows the whole tree only, which is higher than the window.
function onTreeFocus() {
  if (tree.active === MISSING || !tree.box.matches(":focus-visible")) return;
  requestAnimationFrame(() => {
    scrollToLine(lines.at[tree.active]);
    drawVisible();
  });
}

function startTree() {
  const longest = Math.max(0, ...[...new Set(of.place)].slice(0, 10_000).map((place) => placeOf(place).short.length));
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
  addEventListener("scroll", () => {
    kept = lineToKeep();
    askToDraw();
  }, { passive: true });
  addEventListener("resize", () => {
    drawTree();
    if (kept !== MISSING) scrollToLine(kept);
    drawVisible();
  });
}
