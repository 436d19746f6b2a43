// Give each event and each tab an address, such as #event-15 or #functions, that can be shared, and let the
// browser go back to earlier places, with the search that was active there.

import { filtersNow } from "./search.js";
import { column } from "./timeline.js";
import { MISSING } from "./words.js";

const PAUSE = 300;
let keeping = 0;

// Browsers refuse to change the history at each keystroke.
export function keepStepSoon() {
  clearTimeout(keeping);
  keeping = setTimeout(keepStep, PAUSE);
}

// A frame in a notebook has no address, and some browsers limit the number of changes per second.
export function writeStep(isNew, mark, state = null) {
  try {
    history[isNew ? "pushState" : "replaceState"](state, "", mark || location.href.split("#")[0]);
  } catch {
    // The page works without addresses.
  }
}

// Store the active search with the current history entry, before leaving or reloading it.
export function keepStep() {
  clearTimeout(keeping);
  writeStep(false, location.hash, { ...history.state, wanted: filtersNow() });
}

// Opening the details and going `further` from one event to another add a history entry; moving from line to
// line replaces the current entry. After the details were closed, an entry exists already.
export function writeAddress(event, { further = false } = {}) {
  const mark = event === MISSING ? "" : `#event-${column.seq[event]}`;
  if (location.hash === mark) return;
  if (event === MISSING) writeStep(false, mark, { isClosed: true });
  else writeStep(further || (location.hash === "" && !history.state?.isClosed), mark);
}
