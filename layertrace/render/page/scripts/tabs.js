// The tabs: each is filled when it is first shown, and shows only what the search finds.

import { keepStep, writeStep } from "./address.js";
import { byId, el } from "./elements.js";
import { firstOf } from "./outline.js";
import { isShowingDetails, panel } from "./panel.js";
import { isFiltered, wanted } from "./search.js";
import { column } from "./timeline.js";
import { askToDraw } from "./tree.js";
import { drawLanes } from "./viewport.js";
import { MISSING, thousands } from "./words.js";

// In the order of their buttons. To add a tab, add its button and its panel to page.html, and call `startTab`.
export const TABS = [...document.querySelectorAll("[role=tab]")].map((head) => head.id.slice("tab-".length));
export const FIRST_TAB = "events";
const filled = new Set();

// What fills each tab, and what filters it. main.js registers them, since tabs link to each other.
const fillers = new Map();
const sieves = new Map();

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
  byId("main").dataset.tab = name;
  filterTab();
  if (name === "events") {
    askToDraw();
    drawLanes();
  }
}

// Filter the shown tab by the words of the search, and show how much is left.
export function filterTab() {
  const sieve = sieves.get(shownTab());
  byId("tools").classList.toggle("away", !sieve);
  if (!sieve) return;
  byId("hits").value = sieve(wanted.text);
  byId("clear").hidden = shownTab() === "events" ? !isFiltered() : wanted.text.trim() === "";
}

const TAB_KEYS = {
  ArrowRight: (at) => (at + 1) % TABS.length,
  ArrowLeft: (at) => (at - 1 + TABS.length) % TABS.length,
  Home: () => 0,
  End: () => TABS.length - 1,
};

/* `fill` runs when the tab is first shown. `sieve` gets the text of the search whenever it changes or the tab is
   shown, and returns what to show next to the search field, such as "3 of 84". */
export function startTab(tab, count, fill = () => {}, sieve = null) {
  fillers.set(tab, fill);
  if (sieve) sieves.set(tab, sieve);
  const head = byId(`tab-${tab}`);
  head.append(el("span", { class: "quiet" }, ` ${typeof count === "number" ? thousands(count) : count}`));
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
  writeStep(true, tab !== FIRST_TAB ? `#${tab}` : event === MISSING ? "" : `#event-${column.seq[event]}`);
}
