// The tabs: each is filled when it is first shown.

import { keepStep, writeStep } from "./address.js";
import { byId, el } from "./elements.js";
import { firstOf } from "./outline.js";
import { isShowingDetails, panel } from "./panel.js";
import { column } from "./timeline.js";
import { askToDraw } from "./tree.js";
import { drawLanes } from "./viewport.js";
import { MISSING, thousands } from "./words.js";

export const TABS = ["lives", "events", "functions", "layers", "variables"];
const filled = new Set();

// What fills each tab. main.js registers it, since tabs link to each other.
const fillers = new Map();

export function fillTab(name) {
  if (filled.has(name)) return;
  filled.add(name);
  fillers.get(name)();
}

export function shownTab() {
  return TABS.find((tab) => !byId(tab).classList.contains("away"));
}

export function showTab(name) {
  fillTab(name);
  for (const tab of TABS) {
    const chosen = tab === name;
    byId(tab).classList.toggle("away", !chosen);
    byId(`tab-${tab}`).setAttribute("aria-selected", String(chosen));
    byId(`tab-${tab}`).tabIndex = chosen ? 0 : -1;
  }
  if (name === "events") {
    askToDraw();
    drawLanes();
  }
}

const TAB_KEYS = {
  ArrowRight: (at) => (at + 1) % TABS.length,
  ArrowLeft: (at) => (at - 1 + TABS.length) % TABS.length,
  Home: () => 0,
  End: () => TABS.length - 1,
};

export function startTab(tab, count, fill = () => {}) {
  fillers.set(tab, fill);
  const head = byId(`tab-${tab}`);
  head.append(el("span", { class: "quiet" }, ` ${thousands(count)}`));
  head.addEventListener("click", () => goToTab(tab));
  head.addEventListener("keydown", (pressed) => {
    if (!Object.hasOwn(TAB_KEYS, pressed.key)) return;
    pressed.preventDefault();
    const next = TABS[TAB_KEYS[pressed.key](TABS.indexOf(tab))];
    goToTab(next);
    byId(`tab-${next}`).focus();
  });
}

export function goToTab(tab) {
  if (tab === shownTab()) return;
  keepStep();
  showTab(tab);
  const event = tab === "events" && isShowingDetails() ? firstOf(panel.node) : MISSING;
  writeStep(true, tab !== "events" ? `#${tab}` : event === MISSING ? "" : `#event-${column.seq[event]}`);
}
