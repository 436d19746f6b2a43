// Use the lanes by mouse, touch and keyboard.

import { showDetails } from "./details.js";
import { byId, el } from "./elements.js";
import { hideHover, showHover } from "./hovering.js";
import { eventAt, laneFlags, laneRows, lanes, MOST_ROWS, timeAt, width } from "./lanes.js";
import { isShown, reveal } from "./outline.js";
import { CLASSES } from "./palette.js";
import { BEGIN, END, endOf, EVENTS, KINDS, kindOf, column, modeOfCall } from "./timeline.js";
import { drawTree, tree } from "./tree.js";
import { drawLanes, look, pan, zoom, zoomTo } from "./viewport.js";
import { counted, duration, MISSING, thousands } from "./words.js";

const [IN, OUT, STEP] = [0.5, 2, 0.2];
const middle = () => (lanes.at === null ? undefined : timeAt(lanes.at));

// As in Perfetto: W and S zoom at the pointer, A and D move.
const LETTERS = {
  w: () => zoom(IN, middle()),
  s: () => zoom(OUT, middle()),
  a: () => pan(-STEP),
  d: () => pan(STEP),
};
const LANE_KEYS = {
  ArrowLeft: () => pan(-STEP),
  ArrowRight: () => pan(STEP),
  "+": () => zoom(IN),
  "=": () => zoom(IN),
  "-": () => zoom(OUT),
  0: () => look(BEGIN, END),
};

// Whether a letter moved the lanes; it does wherever the focus is, unless in a field.
export function moveByLetter(key) {
  const act = LETTERS[key.toLowerCase()];
  if (act) act();
  return act !== undefined;
}

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
  lanes.at = moved.offsetX;
  if (!before) {
    hover(eventAt(moved.offsetX, moved.offsetY), moved);
    return;
  }
  hideHover();
  const apart = spreadOf();
  lanes.pointers.set(moved.pointerId, moved.offsetX);
  lanes.moved += Math.abs(moved.offsetX - before);
  if (lanes.isMeasuring) {
    lanes.measured.to = timeAt(moved.offsetX);
    underLanes();
    drawLanes();
  } else if (lanes.pointers.size === 1) pan((before - moved.offsetX) / width());
  else if (spreadOf() > 0) zoom(apart / spreadOf(), timeAt(moved.offsetX));
}

function spreadOf() {
  const all = [...lanes.pointers.values()];
  return Math.max(...all) - Math.min(...all);
}

function onDown(pressed) {
  if (pressed.button !== 0) return;
  lanes.canvas.setPointerCapture(pressed.pointerId);
  if (!lanes.pointers.size) lanes.moved = 0;
  lanes.pointers.set(pressed.pointerId, pressed.offsetX);
  lanes.isMeasuring = pressed.shiftKey;
  const at = timeAt(pressed.offsetX);
  if (pressed.shiftKey) lanes.measured = { from: at, to: at };
}

function onUp(lifted) {
  const pressed = lanes.pointers.delete(lifted.pointerId);
  if (!pressed || lanes.moved > 4 || lifted.type !== "pointerup") return;
  stopMeasuring();
  const event = eventAt(lifted.offsetX, lifted.offsetY);
  if (event !== MISSING) showWithoutScrolling(event);
}

// Whether a measured interval was shown, which is gone now.
export function stopMeasuring() {
  const wasShown = lanes.measured !== null;
  lanes.measured = null;
  if (wasShown) {
    underLanes();
    drawLanes();
  }
  return wasShown;
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

function hover(event, at = null) {
  if (event === MISSING || at === null) hideHover();
  else if (at.pointerType !== "touch") showHover(event, at.offsetX, at.offsetY);
  if (event === lanes.hover) return;
  lanes.hover = event;
  lanes.canvas.style.cursor = event === MISSING ? "grab" : "pointer";
  drawLanes();
}

const HOW_TO = matchMedia("(pointer: coarse)").matches
  ? "drag to pan, pinch to zoom"
  : "W S zoom · A D or drag pan · Shift+drag measures · double-click fits an event";

function underLanes() {
  byId("under").replaceChildren(
    lanes.measured ? measuredInWords(lanes.measured) : [...notDrawn(), HOW_TO].join("; "),
  );
}

function* notDrawn() {
  if (lanes.leftOut) yield `${counted(lanes.leftOut, "further thread")} not drawn`;
  if (lanes.tooDeep) yield `${counted(lanes.tooDeep, "event")} deeper than ${MOST_ROWS} levels not drawn`;
}

// The measured time, and the events that are completely inside it.
function measuredInWords({ from, to }) {
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  const counts = new Map(KINDS.map((kind) => [kind, 0]));
  for (let event = 0; event < EVENTS; event++) {
    if (column.start[event] < first || endOf(event) > last) continue;
    counts.set(kindOf(event), counts.get(kindOf(event)) + column.times[event]);
  }
  const inside = [...counts].filter(([, count]) => count).map(([kind, count]) => counted(count, kind));
  return `${duration(last - first)} measured, with ${inside.join(", ") || "no whole event"}`;
}

function colourByClass() {
  lanes.byClass = !lanes.byClass;
  byId("by-class").setAttribute("aria-pressed", String(lanes.byClass));
  showLegend();
  drawLanes();
}

const MOST_IN_LEGEND = 8;

// What the colours mean; of kinds, those that occur.
function showLegend() {
  const kinds = KINDS.filter((_, at) => column.kind.includes(at));
  const entries = lanes.byClass
    ? CLASSES.slice(0, MOST_IN_LEGEND).map((name, at) =>
        el("li", {}, el("i", { class: `swatch class-${at}` }), name),
      )
    : kinds.flatMap(legendOfKind);
  const more = lanes.byClass && CLASSES.length > MOST_IN_LEGEND;
  byId("legend").replaceChildren(
    ...entries,
    more ? el("li", { class: "quiet" }, "… repeated for further classes") : "",
  );
}

const LOOKS = [
  ["eager", "", "call"],
  ["symbolic", " hollow", "symbolic call"],
  ["graph", " traced", "traced call"],
];

// One entry for a kind, but one for each mode of calls, and one for bars that stand for several runs.
function legendOfKind(kind) {
  const events = [...column.kind.keys()].filter((event) => kindOf(event) === kind);
  const entry = (style, name) =>
    el("li", {}, el("i", { class: `swatch bar-${kind}${style}` }, kind[0]), name);
  if (kind === "call") {
    const modes = new Set(events.map(modeOfCall));
    return LOOKS.filter(([mode]) => modes.has(mode)).map(([, style, name]) => entry(style, name));
  }
  const several = events.filter((event) => column.times[event] > 1);
  return [
    several.length < events.length ? entry("", kind) : "",
    several.length ? entry(" several", `${kind} ×${thousands(column.times[several[0]])}`) : "",
  ].filter(Boolean);
}

export function startLanes() {
  const { canvas } = lanes;
  lanes.rows = laneRows();
  canvas.style.height = `${lanes.height}px`;
  lanes.flags = laneFlags();
  lanes.labelled = new Set(lanes.rows.map((row) => row.thread)).size > 1;
  canvas.setAttribute(
    "aria-label",
    "Timeline with a lane for each thread. Arrow keys or A and D pan, plus and minus or W and S zoom, 0 shows all.",
  );
  underLanes();
  showLegend();
  canvas.addEventListener("wheel", onWheel, { passive: false });
  canvas.addEventListener("pointerdown", onDown);
  canvas.addEventListener("pointermove", onMove);
  canvas.addEventListener("pointerup", onUp);
  canvas.addEventListener("pointercancel", onUp);
  canvas.addEventListener("pointerleave", () => {
    lanes.at = null;
    hover(MISSING);
  });
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
  byId("zoom-in").addEventListener("click", () => zoom(IN));
  byId("zoom-out").addEventListener("click", () => zoom(OUT));
  byId("zoom-all").addEventListener("click", () => look(BEGIN, END));
  byId("by-class").addEventListener("click", colourByClass);
  new ResizeObserver(drawLanes).observe(canvas);
}
