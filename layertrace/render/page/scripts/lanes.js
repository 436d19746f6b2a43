// When things happened: a lane for each thread, events above those inside them, and what of it is in view.

const lanes = {
  canvas: byId("lanes").querySelector("canvas"), width: 0, height: 0, rows: [], leftOut: 0, tooDeep: 0, labelled: false,
  from: BEGIN, to: END, hover: MISSING, pointers: new Map(), moved: 0, asked: false,
};
const ROW = 15, AXIS = 18, LABEL = 15, MOST_ROWS = 14, MOST_LANES = 60;

// For each lane and depth the events in their order. What lies deeper is left to the tree.
function laneRows() {
  const depth = new Int32Array(EVENTS);
  const byThread = new Map();
  for (let event = 0; event < EVENTS; event++) {
    const outer = parent[event], thread = of.thread[event];
    depth[event] = outer !== MISSING && of.thread[outer] === thread ? depth[outer] + 1 : 0;
    if (depth[event] >= MOST_ROWS) {
      lanes.tooDeep++;
      continue;
    }
    if (!byThread.has(thread)) byThread.set(thread, []);
    const rows = byThread.get(thread);
    (rows[depth[event]] ??= []).push(event);
  }
  lanes.leftOut = Math.max(byThread.size - MOST_LANES, 0);
  let top = AXIS;
  const rows = [];
  for (const [thread, inside] of [...byThread].slice(0, MOST_LANES)) {
    if (byThread.size > 1) top += LABEL;
    inside.forEach((events, level) => rows.push(
      { thread, events, reach: reachOf(events), top: top + level * ROW, first: level === 0 }));
    top += inside.length * ROW + 6;
  }
  lanes.height = top;
  return rows;
}

// Up to when an event or one before it goes on. Runs whose times are added up may overlap with others, so that
// ends alone are in no order.
function reachOf(events) {
  const reach = Float64Array.from(events, endOf);
  for (let at = 1; at < reach.length; at++) reach[at] = Math.max(reach[at], reach[at - 1]);
  return reach;
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

// The place of the first number that is not below a bound, in a row of numbers that only grow.
function firstFrom(bound, length, at) {
  let low = 0, high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstSeen(row) {
  return firstFrom(lanes.from, row.events.length, (at) => row.reach[at]);
}

// The event at a point, or the one that misses it by no more than two pixels.
function eventAt(x, y) {
  const row = lanes.rows.find((one) => y >= one.top && y < one.top + ROW);
  if (!row) return MISSING;
  const at = timeAt(x), from = timeAt(x - 2), to = timeAt(x + 2);
  let near = MISSING;
  // Backwards, for what began later lies on top.
  let place = firstFrom(to, row.events.length, (index) => of.start[row.events[index]]) - 1;
  for (; place >= 0 && row.reach[place] >= from; place--) {
    const event = row.events[place];
    if (endOf(event) < from) continue;
    if (of.start[event] <= at && endOf(event) >= at) return event;
    if (near === MISSING) near = event;
  }
  return near;
}

function look(from, to) {
  const span = Math.min(Math.max(to - from, 100), END - BEGIN);
  lanes.from = Math.min(Math.max(from, BEGIN), END - span);
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
  byId("lanes").scrollIntoView({ block: "nearest" });
}

function showInLanes(event) {
  const row = lanes.rows.find((one) => one.thread === of.thread[event]), box = lanes.canvas.parentElement;
  if (row && (row.top < box.scrollTop || row.top + ROW > box.scrollTop + box.clientHeight)) {
    box.scrollTop = row.top - AXIS - LABEL;
  }
  const middle = (of.start[event] + endOf(event)) / 2, span = lanes.to - lanes.from;
  if (endOf(event) < lanes.from || of.start[event] > lanes.to) look(middle - span / 2, middle + span / 2);
  else drawLanes();
}
