// Start all parts of the page.

import { contentsOf } from "./contents.js";
import { closeDetails, showContents } from "./details.js";
import { byId } from "./elements.js";
import { clearFilters, listenToTools, refilter, startChips } from "./filters.js";
import { showFindings } from "./findings.js";
import { fillFunctions, OWN_FUNCTIONS } from "./functions.js";
import { showFacts } from "./head.js";
import { lanes } from "./lanes.js";
import { fillLives, LIVES } from "./lives.js";
import { fillLayers } from "./layers.js";
import { startTree } from "./moving.js";
import { startAddress } from "./navigation.js";
import { openAtFirst } from "./outline.js";
import { isShowingDetails } from "./panel.js";
import { startLanes } from "./pointing.js";
import { startPrinting } from "./printing.js";
import { isFiltered } from "./search.js";
import { goToTab, shownTab, showTab, startTab } from "./tabs.js";
import { startTheme } from "./theme.js";
import { data, EVENTS, tables } from "./timeline.js";
import { stuckHeight, tree } from "./tree.js";
import { fillVariables } from "./variables.js";

const FIRST_LINES = 120;

// Keys that work everywhere.

function isWriting(target) {
  return target.matches("input, textarea, select");
}

function onKey(pressed) {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return;
  if (pressed.key === "/" && !isWriting(pressed.target) && EVENTS) {
    pressed.preventDefault();
    goToTab("events");
    byId("search").focus();
    byId("search").select();
  } else if (pressed.key === "Escape") onEscape(pressed);
}

// Escape only changes what is visible.
function onEscape(pressed) {
  if (shownTab() !== "events") return;
  if (isShowingDetails()) closeDetails();
  else if (isFiltered()) clearFilters();
  else if (!isWriting(pressed.target)) return;
  pressed.preventDefault();
  if (pressed.target !== lanes.canvas) tree.box.focus({ preventScroll: true });
}

// Details stay below the tools, whose height varies.
function startTools() {
  listenToTools();
  new ResizeObserver(() =>
    document.documentElement.style.setProperty("--tools", `${stuckHeight()}px`),
  ).observe(byId("tools"));
}

for (const id of ["lanes", "tools", "keys"]) byId(id).hidden = EVENTS === 0;
byId("findings").hidden = EVENTS === 0 && !data.findings.length;
showFacts();
showFindings();
startTab("lives", LIVES, fillLives);
startTab("events", EVENTS);
startTab("functions", OWN_FUNCTIONS.length, fillFunctions);
startTab("layers", data.counts.length, fillLayers);
startTab("variables", tables.variables.length, fillVariables);
showContents(contentsOf);
startChips();
startTools();
startTree();
startLanes();
startTheme();
startPrinting();
addEventListener("keydown", onKey);
openAtFirst(FIRST_LINES);
showTab("events");
refilter();
startAddress();
performance.mark("layertrace:shown");
