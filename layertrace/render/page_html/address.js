// Give each event an address, #event-15, that can be sent to somebody, and that the browser goes back to.

function addressed() {
  const found = /^#event-(\d+)$/.exec(location.hash);
  return found ? numbered(Number(found[1])) : MISSING;
}

// A step that the browser can go back from is made by whatever opens the details, and by what leads `further`
// from one event to another; what walks from line to line writes over the step before.
function writeAddress(event, { further = false } = {}) {
  const mark = event === MISSING ? "" : `#event-${of.seq[event]}`;
  if (location.hash === mark) return;
  try {
    const step = event !== MISSING && (further || location.hash === "");
    history[step ? "pushState" : "replaceState"](null, "", mark || location.href.split("#")[0]);
  } catch {
    // A frame in a notebook has no address, and some browsers allow no more than so many changes a second.
  }
}

function goToAddress() {
  const event = addressed();
  if (event !== MISSING) follow(event);
  else if (isShowingDetails()) closeDetails();
}

function startAddress() {
  addEventListener("popstate", goToAddress);
  if (addressed() !== MISSING) goToAddress();
}
