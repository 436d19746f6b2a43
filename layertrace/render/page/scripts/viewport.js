// The visible interval of the lanes: pan, zoom, and go to an event.

import { byId } from "./elements.js";
import { AXIS, LABEL, lanes } from "./lanes.js";
import { paint } from "./painting.js";
import { BEGIN, END, endOf, column } from "./timeline.js";

export function drawLanes() {
  if (lanes.asked) return;
  lanes.asked = true;
  requestAnimationFrame(() => {
    lanes.asked = false;
    paint();
  });
}

export function look(from, to) {
  const span = Math.min(Math.max(to - from, 100), END - BEGIN);
  lanes.from = Math.min(Math.max(from, BEGIN), END - span);
  lanes.to = lanes.from + span;
  drawLanes();
}

export function zoom(factor, at = (lanes.from + lanes.to) / 2) {
  look(at - (at - lanes.from) * factor, at + (lanes.to - at) * factor);
}

export function pan(part) {
  const step = (lanes.to - lanes.from) * part;
  look(lanes.from + step, lanes.to + step);
}

export function zoomTo(event) {
  const took = Math.max(endOf(event) - column.start[event], 1000);
  look(column.start[event] - took * 0.05, column.start[event] + took * 1.05);
  byId("lanes").scrollIntoView({ block: "nearest" });
}

export function showInLanes(event) {
  const row = lanes.rows.find(({ thread }) => thread === column.thread[event]);
  const box = lanes.canvas.parentElement;
  if (row && (row.top < box.scrollTop || row.top + lanes.row > box.scrollTop + box.clientHeight)) {
    box.scrollTop = row.top - AXIS - LABEL;
  }
  const middle = (column.start[event] + endOf(event)) / 2;
  const span = lanes.to - lanes.from;
  if (endOf(event) < lanes.from || column.start[event] > lanes.to) look(middle - span / 2, middle + span / 2);
  else drawLanes();
}

export function zoomToChapter({ first, took }) {
  const span = Math.max(took, 1000);
  look(column.start[first] - span * 0.02, column.start[first] + span * 1.02);
}
