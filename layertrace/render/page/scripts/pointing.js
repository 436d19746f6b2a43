// Use the lanes by mouse, touch and keyboard.

import { showDetails } from "./details.js";
import { byId } from "./elements.js";
import { eventAt, laneRows, lanes, MOST_ROWS, timeAt, width } from "./lanes.js";
import { isShown, reveal } from "./outline.js";
import { BEGIN, END, isUnended, column } from "./timeline.js";
import { title } from "./titles.js";
import { drawTree, tree } from "./tree.js";
import { drawLanes, look, pan, zoom, zoomTo } from "./viewport.js";
import { counted, duration, MISSING, moment } from "./words.js";

const LANE_KEYS = {
  ArrowLeft: () => pan(-0.2),
  ArrowRight: () => pan(0.2),
  "+": () => zoom(0.5),
  "=": () => zoom(0.5),
  "-": () => zoom(2),
  0: () => look(BEGIN, END),
};

function onWheel(turned) {
  if (turned.ctrlKey || turned.metaKey) {
    turned.preventDefault();
    zoom(Math.exp(turned.deltaY / 200), timeAt(turned.offsetX));
  } else if (turned.shiftKey || Math.abs(turned.deltaX) > Math.abs(turned.deltaY)) {
    turned.preventDefault();
    pan((turned.deltaX || turned.deltaY) / width());
  }
}

function onMove(moved) {
  const before = lanes.pointers.get(moved.pointerId);
  if (!before) {
    hover(eventAt(moved.offsetX, moved.offsetY));
    return;
  }
  const apart = spreadOf();
  lanes.pointers.set(moved.pointerId, moved.offsetX);
  lanes.moved += Math.abs(moved.offsetX - before);
  if (lanes.pointers.size === 1) pan((before - moved.offsetX) / width());
  else if (spreadOf() > 0) zoom(apart / spreadOf(), timeAt(moved.offsetX));
}

function spreadOf() {
  const all = [...lanes.pointers.values()];
  return Math.max(...all) - Math.min(...all);
}

function onUp(lifted) {
  const pressed = lanes.pointers.delete(lifted.pointerId);
  if (!pressed || lanes.moved > 4 || lifted.type !== "pointerup") return;
  const event = eventAt(lifted.offsetX, lifted.offsetY);
  if (event !== MISSING) showWithoutScrolling(event);
}

// Show an event without moving the lanes: otherwise the second click of a double click would miss it.
function showWithoutScrolling(event) {
  if (isShown(event)) {
    reveal(event);
    tree.active = event;
    tree.searched = false;
  }
  drawTree();
  showDetails(event, { fromLanes: true });
  drawLanes();
}

function hover(event) {
  if (event === lanes.hover) return;
  lanes.hover = event;
  lanes.canvas.style.cursor = event === MISSING ? "grab" : "pointer";
  underLanes(event);
  drawLanes();
}

const HOW_TO = matchMedia("(pointer: coarse)").matches
  ? "drag to pan, pinch to zoom"
  : "drag to pan, Ctrl+wheel to zoom, double-click an event to fit it";

function underLanes(event) {
  byId("under").replaceChildren(
    event === MISSING
      ? [...notDrawn(), HOW_TO].join("; ")
      : [`${title(event)} at ${moment(column.start[event])}`, howLong(event)].filter(Boolean).join(", "),
  );
}

function* notDrawn() {
  if (lanes.leftOut) yield `${counted(lanes.leftOut, "further thread")} not drawn`;
  if (lanes.tooDeep) yield `${counted(lanes.tooDeep, "event")} deeper than ${MOST_ROWS} levels not drawn`;
}

function howLong(event) {
  if (column.took[event] === MISSING) return isUnended(event) ? "still running" : "";
  return column.times[event] > 1
    ? `${duration(column.took[event])} in total`
    : `took ${duration(column.took[event])}`;
}

export function startLanes() {
  const { canvas } = lanes;
  lanes.rows = laneRows();
  lanes.labelled = new Set(lanes.rows.map((row) => row.thread)).size > 1;
  canvas.setAttribute(
    "aria-label",
    "Timeline with a lane for each thread. Arrow keys pan, plus and minus zoom, 0 shows all.",
  );
  underLanes(MISSING);
  canvas.addEventListener("wheel", onWheel, { passive: false });
  canvas.addEventListener("pointerdown", (pressed) => {
    if (pressed.button !== 0) return;
    canvas.setPointerCapture(pressed.pointerId);
    if (!lanes.pointers.size) lanes.moved = 0;
    lanes.pointers.set(pressed.pointerId, pressed.offsetX);
  });
  canvas.addEventListener("pointermove", onMove);
  canvas.addEventListener("pointerup", onUp);
  canvas.addEventListener("pointercancel", onUp);
  canvas.addEventListener("pointerleave", () => hover(MISSING));
  canvas.addEventListener("dblclick", (clicked) => {
    const event = eventAt(clicked.offsetX, clicked.offsetY);
    if (event !== MISSING) zoomTo(event);
  });
  canvas.addEventListener("keydown", (pressed) => {
    const act = LANE_KEYS[pressed.key];
    if (!act || pressed.ctrlKey || pressed.metaKey) return;
    pressed.preventDefault();
    act();
  });
  byId("zoom-in").addEventListener("click", () => zoom(0.5));
  byId("zoom-out").addEventListener("click", () => zoom(2));
  byId("zoom-all").addEventListener("click", () => look(BEGIN, END));
  new ResizeObserver(drawLanes).observe(canvas);
}
