// Draw when things happened: a lane for each thread, events above those inside them; zoom and pan.

const lanes = {
  canvas: byId("lanes").querySelector("canvas"), width: 0, height: 0, rows: [], leftOut: 0, labelled: false,
  from: 0, to: END, hover: MISSING, pointers: new Map(), moved: 0, asked: false,
};
const ROW = 15, AXIS = 18, LABEL = 15, MOST_ROWS = 14, MOST_LANES = 60, SMALLEST_TEXT = 34;

// For each lane and depth the events in their order. What lies deeper is left to the tree.
function laneRows() {
  const depth = new Int32Array(EVENTS);
  const byThread = new Map();
  for (let event = 0; event < EVENTS; event++) {
    const outer = parent[event], thread = of.thread[event];
    depth[event] = outer !== MISSING && of.thread[outer] === thread ? depth[outer] + 1 : 0;
    if (depth[event] >= MOST_ROWS) continue;
    if (!byThread.has(thread)) byThread.set(thread, []);
    const rows = byThread.get(thread);
    (rows[depth[event]] ??= []).push(event);
  }
  lanes.leftOut = Math.max(byThread.size - MOST_LANES, 0);
  let top = AXIS;
  const rows = [];
  for (const [thread, inside] of [...byThread].slice(0, MOST_LANES)) {
    if (byThread.size > 1) top += LABEL;
    inside.forEach((events, level) => rows.push({ thread, events, top: top + level * ROW, first: level === 0 }));
    top += inside.length * ROW + 6;
  }
  lanes.height = top;
  return rows;
}

const colours = {};

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of [...KINDS, "ink", "quiet", "line", "surface", "accent", "failed", "on-kind"]) {
    colours[name] = style.getPropertyValue(`--${name}`).trim();
  }
}

function drawLanes() {
  if (lanes.asked) return;
  lanes.asked = true;
  requestAnimationFrame(() => {
    lanes.asked = false;
    paint();
  });
}

function width() {
  return lanes.width;
}

function xOf(ns) {
  return ((ns - lanes.from) / (lanes.to - lanes.from)) * width();
}

function timeAt(x) {
  return lanes.from + (x / width()) * (lanes.to - lanes.from);
}

function paint() {
  const { canvas } = lanes, sharp = devicePixelRatio || 1;
  lanes.width = canvas.clientWidth;  // asked for once: it is wanted for every event
  if (!width()) return;
  canvas.style.height = `${lanes.height}px`;
  canvas.width = Math.round(width() * sharp);
  canvas.height = Math.round(lanes.height * sharp);
  const pen = canvas.getContext("2d");
  pen.scale(sharp, sharp);
  pen.font = "11px ui-monospace, Menlo, 'DejaVu Sans Mono', monospace";
  pen.textBaseline = "middle";
  paintAxis(pen);
  for (const row of lanes.rows) paintRow(pen, row);
  paintActive(pen);
}

function paintAxis(pen) {
  const step = niceStep((lanes.to - lanes.from) / Math.max(width() / 110, 2));
  for (let at = Math.ceil(lanes.from / step) * step; at <= lanes.to; at += step) {
    const x = Math.round(xOf(at)) + 0.5;
    pen.fillStyle = colours.line;
    pen.fillRect(x, 0, 1, lanes.height);
    pen.fillStyle = colours.quiet;
    if (x < width() - 40) pen.fillText(tick(at, step), x + 4, AXIS / 2);
  }
}

function tick(at, step) {
  if (at === 0) return "0";
  const [unit, size] = step >= 1e9 ? ["s", 1e9] : step >= 1e6 ? ["ms", 1e6] : step >= 1e3 ? ["µs", 1e3] : ["ns", 1];
  return `${thousands(Math.round(at / size))} ${unit}`;
}

function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least);
}

// Events of one row do not overlap, so their ends are in order, too.
function firstSeen(events) {
  let low = 0, high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (endOf(events[middle]) < lanes.from) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}

function paintRow(pen, row) {
  if (row.first && lanes.labelled) {
    pen.fillStyle = colours.quiet;
    pen.fillText(textOf(row.thread), 4, row.top - LABEL / 2 - 1);
  }
  const painted = [-1, -1, -1];
  for (let at = firstSeen(row.events); at < row.events.length; at++) {
    const event = row.events[at];
    if (of.start[event] > lanes.to) break;
    const left = Math.max(xOf(of.start[event]), -2), right = Math.min(xOf(endOf(event)), width() + 2);
    // Of what falls on one pixel, the first is painted, and on top of it the first that matters.
    const rank = of.error[event] !== MISSING ? 2 : view.hits !== null && view.hits[event] ? 1 : 0;
    if (right < painted[rank] + 0.5) continue;
    paintEvent(pen, event, left, Math.max(right - left - 0.5, 1.5), row.top);
    painted.fill(right, 0, rank + 1);
  }
}

function paintEvent(pen, event, x, wide, top) {
  pen.globalAlpha = view.hits !== null && !view.hits[event] ? 0.18 : 1;
  pen.fillStyle = colours[kindOf(event)];
  pen.fillRect(x, top, wide, ROW - 2);
  if (of.error[event] !== MISSING) {
    pen.fillStyle = colours.failed;
    pen.fillRect(x, top + ROW - 5, wide, 3);
  }
  if (wide > SMALLEST_TEXT) {
    const room = Math.floor((wide - 8) / 6.7), text = subject(event) || plainKind(event);
    const fitting = text.length > room ? `${text.slice(0, Math.max(room - 1, 1))}…` : text;
    pen.fillStyle = colours["on-kind"];
    pen.fillText(fitting, Math.max(x, 0) + 4, top + ROW / 2 - 0.5);
  }
  pen.globalAlpha = 1;
}

function paintActive(pen) {
  for (const [node, colour] of [[lanes.hover, colours.ink], [tree.active, colours.accent]]) {
    if (node === MISSING || isThread(node)) continue;
    const event = firstOf(node), row = lanes.rows.find((one) => one.events.includes(event));
    if (!row) continue;
    const last = isFold(node) ? membersOf(node - EVENTS).at(-1) : event;
    const left = xOf(of.start[event]), right = xOf(endOf(last));
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.strokeRect(left - 1, row.top - 1, Math.max(right - left, 2) + 1, ROW);
  }
}

function eventAt(x, y) {
  const row = lanes.rows.find((one) => y >= one.top && y < one.top + ROW);
  if (!row) return MISSING;
  const from = timeAt(x - 2), to = timeAt(x + 2);
  let best = MISSING, low = 0, high = row.events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (endOf(row.events[middle]) < from) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < row.events.length && of.start[row.events[at]] <= to; at++) {
    best = row.events[at];
    if (endOf(best) >= timeAt(x)) break;
  }
  return best;
}

function look(from, to) {
  const span = Math.min(Math.max(to - from, 100), END);
  lanes.from = Math.min(Math.max(from, 0), END - span);
  lanes.to = lanes.from + span;
  drawLanes();
}

function zoom(factor, at = (lanes.from + lanes.to) / 2) {
  look(at - (at - lanes.from) * factor, at + (lanes.to - at) * factor);
}

function pan(part) {
  const step = (lanes.to - lanes.from) * part;
  look(lanes.from + step, lanes.to + step);
}

function zoomTo(event) {
  const took = Math.max(endOf(event) - of.start[event], 1000);
  look(of.start[event] - took * 0.05, of.start[event] + took * 1.05);
}

function showInLanes(event) {
  const middle = (of.start[event] + endOf(event)) / 2, span = lanes.to - lanes.from;
  if (endOf(event) < lanes.from || of.start[event] > lanes.to) look(middle - span / 2, middle + span / 2);
  else drawLanes();
}

const LANE_KEYS = {
  ArrowLeft: () => pan(-0.2),
  ArrowRight: () => pan(0.2),
  "+": () => zoom(0.5),
  "=": () => zoom(0.5),
  "-": () => zoom(2),
  0: () => look(0, END),
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
  lanes.pointers.delete(lifted.pointerId);
  if (lanes.moved > 4 || lifted.type !== "pointerup") return;
  const event = eventAt(lifted.offsetX, lifted.offsetY);
  if (event !== MISSING) follow(event);
}

function hover(event) {
  if (event === lanes.hover) return;
  lanes.hover = event;
  lanes.canvas.style.cursor = event === MISSING ? "grab" : "pointer";
  underLanes(event);
  drawLanes();
}

const HOW_TO = "drag to pan, Ctrl and wheel to zoom, double-click an event to fill the width";

function underLanes(event) {
  const more = lanes.leftOut ? `${counted(lanes.leftOut, "further thread")} not drawn; ` : "";
  if (event === MISSING) byId("under").replaceChildren(more + HOW_TO);
  else {
    const took = of.took[event] === MISSING ? "" : `, took ${duration(of.took[event])}`;
    byId("under").replaceChildren(`${title(event)} at ${duration(of.start[event])}${took}`);
  }
}

function startLanes() {
  const { canvas } = lanes;
  lanes.rows = laneRows();
  lanes.labelled = new Set(lanes.rows.map((row) => row.thread)).size > 1;
  canvas.setAttribute("aria-label",
    "When things happened, in lanes by thread. Arrow keys pan, plus and minus zoom, 0 shows all.");
  underLanes(MISSING);
  canvas.addEventListener("wheel", onWheel, { passive: false });
  canvas.addEventListener("pointerdown", (pressed) => {
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
  byId("zoom-all").addEventListener("click", () => look(0, END));
  new ResizeObserver(drawLanes).observe(canvas);
}
