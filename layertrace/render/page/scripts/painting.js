// Paint the lanes: the time axis, the events as bars, and the chosen and hovered events.

import { AXIS, firstSeen, LABEL, lanes, ROW, width, xOf } from "./lanes.js";
import { firstOf, isFold, isThread, membersOf, view } from "./outline.js";
import { isShowingDetails, panel } from "./panel.js";
import { endOf, EVENTS, kindOf, KINDS, column, textOf } from "./timeline.js";
import { plainKind, subject } from "./titles.js";
import { tree } from "./tree.js";
import { MISSING, thousands } from "./words.js";

const SMALLEST_TEXT = 34;
const colours = {};

export function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of [...KINDS, "ink", "quiet", "line", "surface", "accent", "failed", "on-kind"]) {
    colours[name] = style.getPropertyValue(`--${name}`).trim();
  }
}

export function paint() {
  const { canvas } = lanes;
  const sharp = devicePixelRatio || 1;
  lanes.width = canvas.clientWidth; // asked for once: it is wanted for every event
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
    const text = tick(at, step);
    if (x + 4 + pen.measureText(text).width <= width()) pen.fillText(text, x + 4, AXIS / 2);
  }
}

function tick(at, step) {
  if (at === 0) return "0";
  const [unit, size] =
    step >= 1e9 ? ["s", 1e9] : step >= 1e6 ? ["ms", 1e6] : step >= 1e3 ? ["µs", 1e3] : ["ns", 1];
  return `${thousands(Math.round(at / size))} ${unit}`;
}

function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least);
}

function paintRow(pen, row) {
  if (row.first && lanes.labelled) {
    pen.fillStyle = colours.quiet;
    pen.fillText(textOf(row.thread), 4, row.top - LABEL / 2 - 1);
  }
  const from = [-1, -1, -1];
  const upTo = [-1, -1, -1];
  for (let at = firstSeen(row); at < row.events.length; at++) {
    const event = row.events[at];
    if (column.start[event] > lanes.to) break;
    const left = Math.max(xOf(column.start[event]), -2);
    const right = Math.min(xOf(endOf(event)), width() + 2);
    // Of several events on one pixel, only the first is painted, and above it the first important one.
    const rank = column.error[event] !== MISSING ? 2 : view.hits !== null && view.hits[event] ? 1 : 0;
    if (right < upTo[rank] + 0.5 && left < from[rank] + 0.5) continue;
    paintEvent(pen, event, left, Math.max(right - left - 0.5, 1.5), row.top);
    // If bars overlap, the text of the lower one ends where the upper one begins.
    const next = row.events[at + 1];
    const free = next === undefined ? right : Math.min(right, xOf(column.start[next]));
    paintText(pen, event, Math.max(left, 0), free, row.top);
    from.fill(left, 0, rank + 1);
    upTo.fill(right, 0, rank + 1);
  }
}

function paintEvent(pen, event, x, wide, top) {
  pen.globalAlpha = opacity(event);
  pen.fillStyle = colours[kindOf(event)];
  if (column.times[event] > 1) paintSeveral(pen, x, wide, top);
  else pen.fillRect(x, top, wide, ROW - 2);
  if (column.error[event] !== MISSING) {
    pen.fillStyle = colours.failed;
    pen.fillRect(x, top + ROW - 5, wide, 3);
  }
  pen.globalAlpha = 1;
}

function paintText(pen, event, from, to, top) {
  if (to - from < SMALLEST_TEXT) return;
  const room = Math.floor((to - from - 8) / 6.7);
  const text = barText(event);
  pen.globalAlpha = opacity(event);
  pen.fillStyle = colours[column.times[event] > 1 ? "ink" : "on-kind"];
  pen.fillText(
    text.length > room ? `${text.slice(0, Math.max(room - 1, 1))}…` : text,
    from + 4,
    top + ROW / 2 - 0.5,
  );
  pen.globalAlpha = 1;
}

function opacity(event) {
  return view.hits !== null && !view.hits[event] ? 0.18 : 1;
}

function barText(event) {
  const times = column.times[event] > 1 ? `×${thousands(column.times[event])} ` : "";
  return times + (subject(event) || plainKind(event));
}

// Consecutive runs are merged into one event with their total duration. The time of each is unknown, so the bar is
// pale with dashed edges, not solid.
function paintSeveral(pen, x, wide, top) {
  const alpha = pen.globalAlpha;
  pen.globalAlpha = alpha * 0.3;
  pen.fillRect(x, top, wide, ROW - 2);
  pen.globalAlpha = alpha;
  for (let at = x; at < x + wide; at += 6) {
    const dash = Math.min(3, x + wide - at);
    pen.fillRect(at, top, dash, 2);
    pen.fillRect(at, top + ROW - 4, dash, 2);
  }
}

function paintActive(pen) {
  const chosen = isShowingDetails() ? panel.node : tree.active;
  for (const [node, colour] of [
    [lanes.hover, colours.ink],
    [chosen, colours.accent],
  ]) {
    if (node === MISSING || isThread(node)) continue;
    const event = firstOf(node);
    const row = lanes.rows.find(({ events }) => events.includes(event));
    if (!row) continue;
    const last = isFold(node) ? membersOf(node - EVENTS).at(-1) : event;
    const left = xOf(column.start[event]);
    const right = xOf(endOf(last));
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.strokeRect(left - 1, row.top - 1, Math.max(right - left, 2) + 1, ROW);
  }
}
