// Open the details of an event, and close them.

import { writeAddress } from "./address.js";
import { byId } from "./elements.js";
import { firstOf, isHead } from "./outline.js";
import { isShowingDetails, panel } from "./panel.js";
import { column, data, isProblem } from "./timeline.js";
import { askToDraw, tree } from "./tree.js";
import { drawLanes } from "./viewport.js";
import { MISSING } from "./words.js";

const LEAST_SEEN = 160;

// What the panel shows of a node. main.js registers it, since the contents link back to other events.
let contents = () => [];

export function showContents(ofNode) {
  contents = ofNode;
}

// Next to the findings if there is room for a column of them, otherwise next to the tree.
const BESIDE = matchMedia("(min-width: 1280px)");

function isInSide() {
  return BESIDE.matches && data.findings.some(isProblem);
}

function placeDetails() {
  const home = byId(isInSide() ? "side" : "split");
  if (panel.box.parentElement !== home) home.append(panel.box);
  byId("split").classList.toggle("divided", isShowingDetails() && !isInSide());
}

export function startDetails() {
  placeDetails();
  BESIDE.addEventListener("change", placeDetails);
}

export function closeDetails() {
  if (panel.box.contains(document.activeElement)) tree.box.focus({ preventScroll: true });
  panel.box.hidden = true;
  placeDetails();
  byId("announcement").value = "";
  writeAddress(MISSING);
  askToDraw();
  drawLanes();
}

export function showDetails(node, { fromLanes = false } = {}) {
  if (isHead(node)) return;
  const { box } = panel;
  const event = firstOf(node);
  panel.node = node;
  if (box.hidden)
    byId("announcement").value = `Details of event ${column.seq[event]} are shown; press Tab to reach them.`;
  box.hidden = false;
  placeDetails();
  box.classList.remove("floating", "above");
  box.replaceChildren(...contents(node, fromLanes));
  box.scrollTop = 0;
  if (fromLanes) keepOffLanes(box);
  writeAddress(event);
  askToDraw();
}

// Details opened from the lanes must be visible without covering the lanes: if their place next to the tree is
// out of sight, or covers everything on a phone, they float where there is more room.
function keepOffLanes(box) {
  if (isInSide()) return;
  const inPlace = getComputedStyle(box).position === "sticky";
  if (inPlace && box.getBoundingClientRect().top < innerHeight - LEAST_SEEN) return;
  const { top, bottom } = byId("lanes").getBoundingClientRect();
  const below = innerHeight - bottom;
  box.classList.add("floating");
  box.classList.toggle("above", top > below);
  box.style.setProperty("--room", `${Math.max(Math.round(Math.max(top, below)) - 16, LEAST_SEEN)}px`);
}
