// Paper does not scroll: print all tabs and all open lines, up to a limit.

import { byId, el } from "./elements.js";
import { lines, view } from "./outline.js";
import { filtersInWords, hitCount } from "./search.js";
import { fillTab, TABS } from "./tabs.js";
import { EVENTS } from "./timeline.js";
import { MOST_PRINTED, redraw, tree } from "./tree.js";
import { counted, thousands } from "./words.js";

function printWhole(whole) {
  if (tree.whole === whole) return;
  tree.whole = whole;
  if (whole) TABS.forEach(fillTab);
  const filter =
    view.hits === null ? "" : `${thousands(hitCount())} of ${counted(EVENTS, "event")}: ${filtersInWords()}`;
  byId("printed-filter").textContent = filter;
  redraw();
  const left = lines.count - MOST_PRINTED;
  if (whole && left > 0) tree.box.append(el("p", { class: "quiet" }, `… ${counted(left, "further line")}`));
}

export function startPrinting() {
  addEventListener("beforeprint", () => printWhole(true));
  addEventListener("afterprint", () => printWhole(false));
  matchMedia("print").addEventListener("change", (changed) => printWhole(changed.matches));
}
