// Give each event and each tab an address, #event-15 or #functions, that can be sent to somebody; and let the
// browser go back to where one was, with the search that was made there.

function addressed() {
  const found = /^#event-(\d+)$/.exec(location.hash);
  return found ? numbered(Number(found[1])) : MISSING;
}

const PAUSE = 300;
let keeping = 0;

// Browsers refuse a change at each letter.
function keepStepSoon() {
  clearTimeout(keeping);
  keeping = setTimeout(keepStep, PAUSE);
}

function tabAddressed() {
  return TABS.find((tab) => location.hash === `#${tab}`) ?? "events";
}

// A frame in a notebook has no address, and some browsers allow no more than so many changes a second.
function writeStep(isNew, mark, state = null) {
  try {
    history[isNew ? "pushState" : "replaceState"](state, "", mark || location.href.split("#")[0]);
  } catch {
    // Then the page does without.
  }
}

// What is searched for is kept with the step that is about to be left, or loaded again.
function keepStep() {
  clearTimeout(keeping);
  writeStep(false, location.hash, { ...history.state, wanted: filtersNow() });
}

// A step that the browser can go back from is made by whatever opens the details, and by what leads `further`
// from one event to another; what walks from line to line writes over the step before. Where details were closed
// there is a step already.
function writeAddress(event, { further = false } = {}) {
  const mark = event === MISSING ? "" : `#event-${of.seq[event]}`;
  if (location.hash === mark) return;
  if (event === MISSING) writeStep(false, mark, { isClosed: true });
  else writeStep(further || (location.hash === "" && !history.state?.isClosed), mark);
}

function goToTab(tab) {
  if (tab === shownTab()) return;
  keepStep();
  showTab(tab);
  const event = tab === "events" && isShowingDetails() ? firstOf(details.node) : MISSING;
  writeStep(true, tab !== "events" ? `#${tab}` : event === MISSING ? "" : `#event-${of.seq[event]}`);
}

function goToAddress() {
  const event = addressed(), { wanted: before } = history.state ?? {};
  if (before) filterAgain(before);
  if (event !== MISSING) follow(event);
  else {
    showTab(tabAddressed());
    if (isShowingDetails()) closeDetails();
    const [, missing] = /^#event-(\d+)$/.exec(location.hash) ?? [];
    if (missing !== undefined) sayNothing(`This recording has no event ${missing}.`);
  }
}

function startAddress() {
  addEventListener("popstate", goToAddress);
  if (location.hash || history.state) goToAddress();
}
