// Filter the tree, and go from hit to hit.

import { keepStepSoon } from "./address.js";
import { closeDetails } from "./details.js";
import { button, byId, el } from "./elements.js";
import { goTo } from "./moving.js";
import { AS_IS, firstOf, isShown, lines, openAll, openedInHits, reveal, view } from "./outline.js";
import { isShowingDetails, panel } from "./panel.js";
import { findHits, hitCount, neighbour, wanted } from "./search.js";
import { goToTab, shownTab } from "./tabs.js";
import { EVENTS, KINDS, layerOf, MODES, column, tables } from "./timeline.js";
import { drawTree, drawVisible, scrollToLine, tree } from "./tree.js";
import { drawLanes, showInLanes } from "./viewport.js";
import { MISSING, thousands } from "./words.js";

const FAILED = "✗ failed";

function chip(box, text, count, classes, onpress, meaning = null) {
  const chipButton = button(
    text,
    () => {
      const pressed = chipButton.getAttribute("aria-pressed") !== "true";
      chipButton.setAttribute("aria-pressed", String(pressed));
      onpress(pressed);
      refilter();
    },
    { class: `chip ${classes}`, "aria-pressed": "false", title: meaning },
  );
  chipButton.dataset.means = text;
  chipButton.append(el("span", { class: "quiet" }, ` ${thousands(count)}`));
  box.append(chipButton);
}

const choose = (set, value) => (pressed) => (pressed ? set.add(value) : set.delete(value));

export function startChips() {
  const kinds = new Int32Array(KINDS.length);
  const modes = new Int32Array(MODES.length);
  let failed = 0;
  for (let event = 0; event < EVENTS; event++) {
    kinds[column.kind[event]]++;
    modes[column.mode[event]]++;
    failed += column.error[event] !== MISSING;
  }
  KINDS.forEach((kind, at) => {
    if (kinds[at]) chip(byId("kinds"), kind, kinds[at], kind, choose(wanted.kinds, kind));
  });
  MODES.forEach((mode, at) => {
    if (modes[at] && modes[at] < EVENTS)
      chip(byId("modes"), mode, modes[at], mode, choose(wanted.modes, mode));
  });
  if (failed) {
    chip(
      byId("modes"),
      FAILED,
      failed,
      "failed",
      (pressed) => (wanted.failed = pressed),
      "Events that raised an exception, and events that it passed through",
    );
  }
  const names = new Set(tables.layers.slice(0, 1000).flatMap(([label, className]) => [label, className]));
  byId("layer-names").append(...[...names].map((name) => el("option", { value: name })));
}

export function refilter() {
  if (view.hits === null) tree.before = tree.active;
  const { text, layer } = wanted;
  wanted.text = byId("search").value;
  wanted.layer = byId("layer").value;
  if (wanted.text !== text || wanted.layer !== layer) openedInHits.fill(AS_IS);
  findHits();
  tree.searched = true;
  keepStepSoon();
  drawTree();
  drawLanes();
  const hits = view.hits === null ? 0 : hitCount();
  byId("hits").value = view.hits === null ? "" : `${thousands(hits)} of ${thousands(EVENTS)}`;
  byId("clear").hidden = view.hits === null;
  if (!EVENTS) showNotice("This recording has no events.");
  else showNotice(view.hits === null || hits > 0 ? "" : "No events match.");
  if (isShowingDetails() && !isShown(firstOf(panel.node))) closeDetails();
  const set = wanted.kinds.size + wanted.modes.size + wanted.failed + Boolean(wanted.layer);
  byId("filter").textContent = set ? `filter · ${set}` : "filter";
}

export function showNotice(why) {
  byId("nothing").hidden = why === "";
  byId("nothing").textContent = why;
}

export function dropFilters() {
  filterAgain({ text: "", layer: "", layerId: MISSING, kinds: [], modes: [], failed: false });
}

export function filterAgain({ text, layer, layerId, kinds, modes, failed }) {
  byId("search").value = text;
  byId("layer").value = layer;
  Object.assign(wanted, { layerId, failed, kinds: new Set(kinds), modes: new Set(modes) });
  const pressed = new Set([...kinds, ...modes, ...(failed ? [FAILED] : [])]);
  for (const filterChip of document.querySelectorAll("#kinds .chip, #modes .chip")) {
    filterChip.setAttribute("aria-pressed", String(pressed.has(filterChip.dataset.means)));
  }
  refilter();
}

// Show all events again, and stay at the current hit, or return to the line that was active before the search.
export function clearFilters() {
  const kept = tree.searched ? tree.before : tree.active;
  dropFilters();
  if (kept === MISSING) return;
  reveal(kept);
  tree.active = kept;
  tree.searched = false;
  drawTree();
  scrollToLine(lines.at[tree.active]);
  drawVisible();
}

// Filter by the number of a layer, since other layers may have the same name, or one that contains it.
export function onlyLayer(layer) {
  const active = tree.active;
  if (shownTab() !== "events") goToTab("events");
  dropFilters();
  wanted.layerId = layer;
  byId("layer").value = layerOf(layer).label;
  refilter();
  tree.box.focus({ preventScroll: true });
  showHit(active !== MISSING && active < EVENTS && view.hits[active] ? active : neighbour(MISSING, 1));
}

function goToHit(step) {
  showHit(neighbour(tree.searched ? MISSING : tree.active, step));
}

function showHit(event) {
  if (event === MISSING) return;
  reveal(event);
  drawTree();
  goTo(event);
  showInLanes(event);
}

function showFilters() {
  const open = byId("filters").classList.toggle("open");
  byId("filter").setAttribute("aria-expanded", String(open));
}

export function listenToTools() {
  byId("tools").addEventListener("submit", (sent) => sent.preventDefault());
  byId("search").addEventListener("input", refilter);
  byId("layer").addEventListener("input", () => {
    wanted.layerId = MISSING;
    refilter();
  });
  byId("filter").addEventListener("click", showFilters);
  byId("search").addEventListener("keydown", (pressed) => {
    if (pressed.key === "ArrowDown") tree.box.focus();
    if (pressed.key === "ArrowDown") pressed.preventDefault();
  });
  for (const field of ["search", "layer"])
    byId(field).addEventListener("keydown", (pressed) => {
      if (pressed.key !== "Enter") return;
      goToHit(pressed.shiftKey ? -1 : 1);
      pressed.preventDefault();
    });
  byId("next").addEventListener("click", () => goToHit(1));
  byId("previous").addEventListener("click", () => goToHit(-1));
  byId("clear").addEventListener("click", () => {
    clearFilters();
    tree.box.focus({ preventScroll: true }); // for the button is gone now
  });
  byId("open-all").addEventListener("click", () => (openAll(true), drawTree()));
  byId("close-all").addEventListener("click", () => (openAll(false), drawTree()));
  byId("fold").addEventListener("click", () => {
    view.folding = !view.folding;
    byId("fold").setAttribute("aria-pressed", String(view.folding));
    drawTree();
  });
}
