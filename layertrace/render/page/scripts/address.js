// Give each event and each tab an address, #event-15 or #functions, that can be sent to somebody; and let the
// browser go back to where one was, with the search that was made there.

import { filtersNow } from "./search.js";
import { column } from "./timeline.js";
import { MISSING } from "./words.js";

const PAUSE = 300;
let keeping = 0;

// Browsers refuse a change at each letter.
export function keepStepSoon() {
  clearTimeout(keeping);
  keeping = setTimeout(keepStep, PAUSE);
}

// A frame in a notebook has no address, and some browsers allow no more than so many changes a second.
export function writeStep(isNew, mark, state = null) {
  try {
    history[isNew ? "pushState" : "replaceState"](state, "", mark || location.href.split("#")[0]);
  } catch {
    // Then the page does without.
  }
}

// What is searched for is kept with the step that is about to be left, or loaded again.
export function keepStep() {
  clearTimeout(keeping);
  writeStep(false, location.hash, { ...history.state, wanted: filtersNow() });
}

// A step that the browser can go back from is made by whatever opens the details, and by what leads `further`
// from one event to another; what walks from line to line writes over the step before. Where details were closed
// there is a step already.
export function writeAddress(event, { further = false } = {}) {
  const mark = event === MISSING ? "" : `#event-${column.seq[event]}`;
  if (location.hash === mark) return;
  if (event === MISSING) writeStep(false, mark, { isClosed: true });
  else writeStep(further || (location.hash === "" && !history.state?.isClosed), mark);
}
