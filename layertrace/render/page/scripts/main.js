// Put it all on the page, and let it be used by hand and by keys.

const FIRST_LINES = 120;
const FILL = { events: () => {}, functions: fillFunctions, layers: fillLayers, variables: fillVariables };
const TABS = Object.keys(FILL);
const filled = new Set();

function fillTab(name) {
  if (filled.has(name)) return;
  filled.add(name);
  FILL[name]();
}

function shownTab() {
  return TABS.find((tab) => !byId(tab).classList.contains("away"));
}

function showTab(name) {
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

function startTabs() {
  const counts = [EVENTS, OWN_FUNCTIONS.length, data.counts.length, tables.variables.length];
  TABS.forEach((tab, at) => {
    const head = byId(`tab-${tab}`);
    head.append(el("span", { class: "quiet" }, ` ${thousands(counts[at])}`));
    head.addEventListener("click", () => goToTab(tab));
    head.addEventListener("keydown", (pressed) => {
      if (!Object.hasOwn(TAB_KEYS, pressed.key)) return;
      pressed.preventDefault();
      const next = TABS[TAB_KEYS[pressed.key](at)];
      goToTab(next);
      byId(`tab-${next}`).focus();
    });
  });
}

// Keys that mean the same everywhere

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

// What cannot be seen stays as it is.
function onEscape(pressed) {
  if (shownTab() !== "events") return;
  if (isShowingDetails()) closeDetails();
  else if (isFiltered()) clearFilters();
  else if (!isWriting(pressed.target)) return;
  pressed.preventDefault();
  if (pressed.target !== lanes.canvas) tree.box.focus({ preventScroll: true });
}

// Details stay below the tools, which take as many lines as they need.
function startTools() {
  listenToTools();
  new ResizeObserver(() =>
    document.documentElement.style.setProperty("--tools", `${stuckHeight()}px`)).observe(byId("tools"));
}

for (const id of ["lanes", "tools", "keys"]) byId(id).hidden = EVENTS === 0;
byId("findings").hidden = EVENTS === 0 && !data.findings.length;
showFacts();
showFindings();
startTabs();
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
