// Start all parts of the page.

import { contentsOf } from "./contents.js";
import { closeDetails, showContents, startDetails } from "./details.js";
import { byId } from "./elements.js";
import { clearFilters, eventHits, listenToTools, refilter, startChips } from "./filters.js";
import { showFindings } from "./findings.js";
import { functionTab, OWN_FUNCTIONS } from "./functions.js";
import { showHead } from "./head.js";
import { lanes } from "./lanes.js";
import { fillLives, LIVES, sieveLives } from "./lives.js";
import { layerTab } from "./layers.js";
import { startTree } from "./moving.js";
import { startAddress } from "./navigation.js";
import { openAtFirst } from "./outline.js";
import { isShowingDetails } from "./panel.js";
import { moveByLetter, startLanes, stopMeasuring } from "./pointing.js";
import { showStrip } from "./strip.js";
import { startPrinting } from "./printing.js";
import { isFiltered } from "./search.js";
import { FIRST_TAB, shownTab, showTab, startTab } from "./tabs.js";
import { startTheme } from "./theme.js";
import { data, EVENTS } from "./timeline.js";
import { rowHeight, stuckHeight, tree } from "./tree.js";
import { variableCount, variableTab } from "./variables.js";

const FIRST_LINES = 120;
const LEAST_LINES = 12;

// Keys that work everywhere.

function isWriting(target) {
  return target.matches("input, textarea, select");
}

function onKey(pressed) {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return;
  if (pressed.key === "/" && !isWriting(pressed.target) && EVENTS) {
    pressed.preventDefault();
    byId("search").focus();
    byId("search").select();
  } else if (pressed.key === "Escape") onEscape(pressed);
  else if (shownTab() === "events" && !isWriting(pressed.target) && moveByLetter(pressed.key))
    pressed.preventDefault();
}

// Escape only changes what is visible.
function onEscape(pressed) {
  if (shownTab() !== "events") return onEscapeInTable(pressed);
  if (stopMeasuring()) return;
  if (isShowingDetails()) closeDetails();
  else if (isFiltered()) clearFilters();
  else if (!isWriting(pressed.target)) return;
  pressed.preventDefault();
  if (pressed.target !== lanes.canvas) tree.box.focus({ preventScroll: true });
}

function onEscapeInTable(pressed) {
  if (byId("clear").hidden) return;
  pressed.preventDefault();
  clearFilters();
}

// Details stay below the tools, whose height varies.
function startTools() {
  listenToTools();
  new ResizeObserver(() =>
    document.documentElement.style.setProperty("--tools", `${stuckHeight()}px`),
  ).observe(byId("tools"));
}

// How many lines the first screen has below the lanes.
function linesOnScreen() {
  return Math.floor((innerHeight - tree.box.getBoundingClientRect().top) / rowHeight());
}

for (const id of ["lanes", "tools", "keys"]) byId(id).hidden = EVENTS === 0;
showHead();
showStrip();
showFindings();
startTab("lives", LIVES, fillLives, sieveLives);
startTab("events", EVENTS, undefined, eventHits);
startTab("functions", OWN_FUNCTIONS.length, functionTab.fill, functionTab.sieve);
startTab("layers", data.layers.rows.length, layerTab.fill, layerTab.sieve);
startTab("variables", variableCount(), variableTab.fill, variableTab.sieve);
showContents(contentsOf);
startDetails();
startChips();
startTools();
startTree();
startLanes();
startTheme();
startPrinting();
addEventListener("keydown", onKey);
showTab(FIRST_TAB);
openAtFirst(FIRST_LINES, Math.max(linesOnScreen(), LEAST_LINES));
refilter();
startAddress();
performance.mark("layertrace:shown");
