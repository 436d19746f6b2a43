// Put it all on the page, and let it be used by hand and by keys.

const FIRST_LINES = 120;
const TABS = ["events", "functions", "layers"];

function showTab(name) {
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

function startTabs() {
  TABS.forEach((tab, at) => {
    byId(`tab-${tab}`).addEventListener("click", () => showTab(tab));
    byId(`tab-${tab}`).addEventListener("keydown", (pressed) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[pressed.key];
      if (!step) return;
      const next = TABS[(at + step + TABS.length) % TABS.length];
      showTab(next);
      byId(`tab-${next}`).focus();
    });
  });
}

// Filters

function chip(box, text, count, classes, onpress) {
  const made = button(text, () => {
    const pressed = made.getAttribute("aria-pressed") !== "true";
    made.setAttribute("aria-pressed", String(pressed));
    onpress(pressed);
    refilter();
  }, { class: `chip ${classes}`, "aria-pressed": "false" });
  made.append(el("span", { class: "quiet" }, ` ${thousands(count)}`));
  box.append(made);
}

function startChips() {
  const kinds = new Int32Array(KINDS.length), modes = new Int32Array(MODES.length);
  let failed = 0;
  for (let event = 0; event < EVENTS; event++) {
    kinds[of.kind[event]]++;
    modes[of.mode[event]]++;
    failed += of.error[event] !== MISSING;
  }
  const choose = (set, value) => (pressed) => (pressed ? set.add(value) : set.delete(value));
  KINDS.forEach((kind, at) => {
    if (kinds[at]) chip(byId("kinds"), kind, kinds[at], kind, choose(wanted.kinds, kind));
  });
  MODES.forEach((mode, at) => {
    if (modes[at] && modes[at] < EVENTS) chip(byId("modes"), mode, modes[at], mode, choose(wanted.modes, mode));
  });
  if (failed) chip(byId("modes"), "✗ failed", failed, "failed", (pressed) => (wanted.failed = pressed));
  const names = new Set(tables.layers.slice(0, 1000).flatMap(([label, className]) => [label, className]));
  byId("layer-names").append(...[...names].map((name) => el("option", { value: name })));
}

function refilter() {
  wanted.text = byId("search").value;
  wanted.layer = byId("layer").value;
  find();
  tree.searched = true;
  drawTree();
  drawLanes();
  const hits = view.hits === null ? 0 : hitCount();
  byId("hits").value = view.hits === null ? "" : `${thousands(hits)} of ${thousands(EVENTS)}`;
  byId("clear").hidden = view.hits === null;
  byId("nothing").hidden = EVENTS > 0 && (view.hits === null || hits > 0);
  byId("nothing").textContent = EVENTS ? "No event is like that." : "There are no events in this recording.";
}

function clearFilters() {
  byId("search").value = byId("layer").value = "";
  wanted.kinds.clear();
  wanted.modes.clear();
  wanted.failed = false;
  for (const one of document.querySelectorAll("#kinds .chip, #modes .chip")) one.setAttribute("aria-pressed", "false");
  refilter();
}

function onlyLayer(layer) {
  clearFilters();
  const unique = tables.layers.filter(([, , , path]) => path === layer.path).length === 1;
  byId("layer").value = unique ? layer.path : layer.label;
  showTab("events");
  refilter();
}

function goToHit(step) {
  const event = neighbour(tree.searched ? MISSING : tree.active, step);
  if (event === MISSING) return;
  reveal(event);
  drawTree();
  goTo(event);
  showInLanes(event);
}

function startTools() {
  byId("tools").addEventListener("submit", (sent) => sent.preventDefault());
  byId("search").addEventListener("input", refilter);
  byId("layer").addEventListener("input", refilter);
  byId("search").addEventListener("keydown", (pressed) => {
    if (pressed.key === "Enter") goToHit(pressed.shiftKey ? -1 : 1);
    if (pressed.key === "ArrowDown") tree.box.focus();
    if (pressed.key === "Enter" || pressed.key === "ArrowDown") pressed.preventDefault();
  });
  byId("next").addEventListener("click", () => goToHit(1));
  byId("previous").addEventListener("click", () => goToHit(-1));
  byId("clear").addEventListener("click", clearFilters);
  byId("open-all").addEventListener("click", () => (openAll(true), drawTree()));
  byId("close-all").addEventListener("click", () => (openAll(false), drawTree()));
  byId("fold").addEventListener("click", () => {
    view.folding = !view.folding;
    byId("fold").setAttribute("aria-pressed", String(view.folding));
    drawTree();
  });
}

// Keys that mean the same everywhere

function isWriting(target) {
  return target.matches("input, textarea, select");
}

function onKey(pressed) {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return;
  if (pressed.key === "/" && !isWriting(pressed.target)) {
    pressed.preventDefault();
    showTab("events");
    byId("search").focus();
    byId("search").select();
  } else if (pressed.key === "Escape") onEscape(pressed);
}

function onEscape(pressed) {
  if (isShowingDetails()) closeDetails();
  else if (isFiltered()) clearFilters();
  else if (!isWriting(pressed.target)) return;
  pressed.preventDefault();
  tree.box.focus({ preventScroll: true });
}

function startTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
  const change = () => {
    readColours();
    drawLanes();
  };
  byId("theme").addEventListener("click", () => {
    document.documentElement.dataset.theme = chosen() === "dark" ? "light" : "dark";
    change();
  });
  dark.addEventListener("change", change);
  change();
}

function startPrinting() {
  addEventListener("beforeprint", () => printWhole(true));
  addEventListener("afterprint", () => printWhole(false));
  matchMedia("print").addEventListener("change", (changed) => printWhole(changed.matches));
}

showFacts();
showFindings();
showFunctions();
showLayers();
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
performance.mark("layertrace:shown");
