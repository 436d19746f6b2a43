// Events in time: a lane for each thread, parents above children, and the visible interval.

import { byId } from "./elements.js";
import { BEGIN, END, endOf, EVENTS, column, errorOf, marks, parents } from "./timeline.js";
import { MISSING } from "./words.js";

/* `row` is the height of a row; `measured` the interval that the pointer measures, if any; `byClass` whether colours
   distinguish classes of layers instead of kinds of events. */
export const lanes = {
  canvas: byId("lanes").querySelector("canvas"),
  width: 0,
  height: 0,
  row: 15,
  rows: [],
  flags: [],
  leftOut: 0,
  tooDeep: 0,
  labelled: false,
  byClass: false,
  from: BEGIN,
  to: END,
  hover: MISSING,
  at: null,
  measured: null,
  isMeasuring: false,
  pointers: new Map(),
  moved: 0,
  asked: false,
};
export const AXIS = 28;
export const LABEL = 15;
export const MOST_ROWS = 14;
const MOST_LANES = 60;
const [LOWEST_ROW, HIGHEST_ROW, HIGHEST_LANES] = [15, 24, 190];

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
  const shown = [...byThread].slice(0, MOST_LANES);
  lanes.row = rowHeightFor(shown);
  let top = AXIS;
  const rows = [];
  for (const [thread, inside] of shown) {
    if (byThread.size > 1) top += LABEL;
    inside.forEach((events, level) =>
      rows.push({ thread, events, reach: reachOf(events), top: top + level * lanes.row, first: level === 0 }),
    );
    top += inside.length * lanes.row + 6;
  }
  lanes.height = top;
  return rows;
}

// Rows are wider when there is room.
function rowHeightFor(shown) {
  const rows = shown.reduce((sum, [, inside]) => sum + inside.length, 0);
  return Math.max(Math.min(Math.floor(HIGHEST_LANES / Math.max(rows, 1)), HIGHEST_ROW), LOWEST_ROW);
}

// Findings and errors on the axis, in order: the event, and the severity that colours the flag.
export function laneFlags() {
  const flags = [...marks].map(([event, [finding]]) => ({ event, severity: finding.severity }));
  for (let event = 0; event < EVENTS; event++) {
    if (column.error[event] !== MISSING && errorOf(event).origin) flags.push({ event, severity: "raised" });
  }
  return flags.sort((a, b) => column.start[a.event] - column.start[b.event]);
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

// The event at a point, or one within two pixels of it; on the axis, the event of a flag.
export function eventAt(x, y) {
  if (y < AXIS) return flagAt(x)?.event ?? MISSING;
  const row = lanes.rows.find(({ top }) => y >= top && y < top + lanes.row);
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

export const FLAG = 9;

function flagAt(x) {
  const near = lanes.flags.filter(({ event }) => {
    const from = xOf(column.start[event]);
    return x >= from - 2 && x <= from + FLAG;
  });
  return near.at(-1);
}
