// On paper there is no scrolling: all tabs, and all lines that are open, stand there up to a bound.

const MOST_PRINTED = 2000;

function printWhole(whole) {
  if (tree.whole === whole) return;
  tree.whole = whole;
  if (whole) TABS.forEach(fillTab);
  const said = view.hits === null ? "" : `${thousands(hitCount())} of ${counted(EVENTS, "event")}: ${filtersSaid()}`;
  byId("printed-filter").textContent = said;
  redraw();
  const left = lines.count - MOST_PRINTED;
  if (whole && left > 0) tree.box.append(el("p", { class: "quiet" }, `… ${counted(left, "further line")}`));
}

function startPrinting() {
  addEventListener("beforeprint", () => printWhole(true));
  addEventListener("afterprint", () => printWhole(false));
  matchMedia("print").addEventListener("change", (changed) => printWhole(changed.matches));
}
