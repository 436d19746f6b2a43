// Events in time: a lane for each thread, parents above children, and the visible interval.

import { byId } from "./elements.js";
import { BEGIN, END, endOf, EVENTS, column, parents } from "./timeline.js";
import { MISSING } from "./words.js";

export const lanes = {
  canvas: byId("lanes").querySelector("canvas"),
  width: 0,
  height: 0,
  rows: [],
  leftOut: 0,
  tooDeep: 0,
  labelled: false,
  from: BEGIN,
  to: END,
  hover: MISSING,
  pointers: new Map(),
  moved: 0,
  asked: false,
};
export const ROW = 15;
export const AXIS = 18;
export const LABEL = 15;
export const MOST_ROWS = 14;
const MOST_LANES = 60;

// The events of each lane and depth, in order. Deeper events are only in the tree.
export function laneRows() {
  const depth = new Int32Array(EVENTS);
  const byThread = new Map();
  for (let event = 0; event < EVENTS; event++) {
    const outer = parents[event];
    const thread = column.thread[event];
    depth[event] = outer !== MISSING && column.thread[outer] === thread ? depth[outer] + 1 : 0;
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
    inside.forEach((events, level) =>
      rows.push({ thread, events, reach: reachOf(events), top: top + level * ROW, first: level === 0 }),
    );
    top += inside.length * ROW + 6;
  }
  lanes.height = top;
  return rows;
}

// The latest end of each event and those before it. Merged runs may overlap other events, so that ends alone are
// not sorted.
function reachOf(events) {
  const reach = Float64Array.from(events, endOf);
  for (let at = 1; at < reach.length; at++) reach[at] = Math.max(reach[at], reach[at - 1]);
  return reach;
}

export function width() {
  return lanes.width;
}

export function xOf(ns) {
  return ((ns - lanes.from) / (lanes.to - lanes.from)) * width();
}

export function timeAt(x) {
  return lanes.from + (x / width()) * (lanes.to - lanes.from);
}

// The index of the first number that is not below a bound, among sorted numbers.
function firstFrom(bound, length, at) {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function firstSeen(row) {
  return firstFrom(lanes.from, row.events.length, (at) => row.reach[at]);
}

// The event at a point, or one within two pixels of it.
export function eventAt(x, y) {
  const row = lanes.rows.find(({ top }) => y >= top && y < top + ROW);
  if (!row) return MISSING;
  const at = timeAt(x);
  const from = timeAt(x - 2);
  const to = timeAt(x + 2);
  let near = MISSING;
  // Backwards, since later events are painted on top.
  let place = firstFrom(to, row.events.length, (index) => column.start[row.events[index]]) - 1;
  for (; place >= 0 && row.reach[place] >= from; place--) {
    const event = row.events[place];
    if (endOf(event) < from) continue;
    if (column.start[event] <= at && endOf(event) >= at) return event;
    if (near === MISSING) near = event;
  }
  return near;
}
