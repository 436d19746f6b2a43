// Filter the tree, and go from hit to hit.

import { keepStepSoon } from "./address.js";
import { closeDetails } from "./details.js";
import { button, byId, el } from "./elements.js";
import { goTo } from "./moving.js";
import { AS_IS, firstOf, isShown, lines, openAll, openedInHits, reveal, view } from "./outline.js";
import { isShowingDetails, panel } from "./panel.js";
import { findHits, hitCount, neighbour, wanted } from "./search.js";
import { filterTab, goToTab, shownTab } from "./tabs.js";
import { data, EVENTS, kindOf, KINDS, layerOf, MODES, column, tables } from "./timeline.js";
import { drawTree, drawVisible, scrollToLine, tree } from "./tree.js";
import { drawLanes, showInLanes } from "./viewport.js";
import { countedApart, MISSING, thousands } from "./words.js";

const FAILED = "✗ failed";
const CALLS = { eager: "eager calls", symbolic: "symbolic calls", graph: "traced calls" };
const MODE_MEANINGS = {
  eager: "Calls that computed at once",
  symbolic: "Calls in which Keras inferred shapes",
  graph: "Calls while a tf.function was traced; its later runs call no layer",
};

// `quiet` is how many of the events are the frameworks' own, which are counted apart.
function chip(box, text, count, classes, onpress, { meaning = null, means = text, quiet = 0 } = {}) {
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
  chipButton.dataset.means = means;
  chipButton.append(el("span", { class: "quiet" }, ` ${countedApart(count, quiet)}`));
  box.append(chipButton);
}

const choose = (set, value) => (pressed) => (pressed ? set.add(value) : set.delete(value));

export function startChips() {
  const kinds = new Int32Array(KINDS.length);
  const quiet = new Int32Array(KINDS.length);
  const modes = new Int32Array(MODES.length);
  let failed = 0;
  for (let event = 0; event < EVENTS; event++) {
    const times = kindOf(event) === "run" ? column.times[event] : 1;
    kinds[column.kind[event]] += times;
    if (column.quiet[event] === 1) quiet[column.kind[event]] += times;
    if (kindOf(event) === "call") modes[column.mode[event]]++;
    failed += column.error[event] !== MISSING;
  }
  KINDS.forEach((kind, at) => {
    if (!kinds[at]) return;
    const own = quiet[at] ? `${thousands(quiet[at])} of them are the frameworks' own` : "";
    // As in the facts above: a function and those that are traced inside it count as one.
    const isLess = kind === "trace" && data.traces < kinds[at] - quiet[at];
    const joined = isLess
      ? `${thousands(kinds[at])} events; what is traced inside a trace counts with it`
      : "";
    chip(
      byId("kinds"),
      kind,
      isLess ? data.traces + quiet[at] : kinds[at],
      kind,
      choose(wanted.kinds, kind),
      {
        quiet: quiet[at],
        meaning: [joined, own].filter(Boolean).join("; ") || null,
      },
    );
  });
  MODES.forEach((mode, at) => {
    if (modes[at])
      chip(byId("modes"), CALLS[mode], modes[at], "", choose(wanted.modes, mode), {
        meaning: MODE_MEANINGS[mode],
        means: mode,
      });
  });
  if (failed) {
    chip(byId("modes"), FAILED, failed, "failed", (pressed) => (wanted.failed = pressed), {
      meaning: "Events that raised an exception, and events that it passed through",
    });
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
  filterTab();
  if (!EVENTS) showNotice("This recording has no events.");
  else showNotice(view.hits === null || hitCount() > 0 ? "" : "No events match.");
  if (isShowingDetails() && !isShown(firstOf(panel.node))) closeDetails();
  const set = wanted.kinds.size + wanted.modes.size + wanted.failed + Boolean(wanted.layer);
  byId("filter").textContent = set ? `filter · ${set}` : "filter";
}

// How many events the filters find, next to the search field.
export function eventHits() {
  return view.hits === null ? "" : `${thousands(hitCount())} of ${thousands(EVENTS)}`;
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
  if (shownTab() !== "events") {
    byId("search").value = "";
    refilter();
    return;
  }
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
    if (pressed.key !== "ArrowDown" || shownTab() !== "events") return;
    tree.box.focus();
    pressed.preventDefault();
  });
  for (const field of ["search", "layer"])
    byId(field).addEventListener("keydown", (pressed) => {
      if (pressed.key !== "Enter") return;
      pressed.preventDefault();
      if (shownTab() === "events") goToHit(pressed.shiftKey ? -1 : 1);
    });
  byId("next").addEventListener("click", () => goToHit(1));
  byId("previous").addEventListener("click", () => goToHit(-1));
  byId("clear").addEventListener("click", () => {
    clearFilters();
    (shownTab() === "events" ? tree.box : byId("search")).focus({ preventScroll: true }); // the button is gone
  });
  byId("open-all").addEventListener("click", () => (openAll(true), drawTree()));
  byId("close-all").addEventListener("click", () => (openAll(false), drawTree()));
  byId("fold").addEventListener("click", () => {
    view.folding = !view.folding;
    byId("fold").setAttribute("aria-pressed", String(view.folding));
    drawTree();
  });
}
