// Paint the lanes: the time axis, the events as bars, and the chosen and hovered events.

import { AXIS, FLAG, firstSeen, LABEL, lanes, width, xOf } from "./lanes.js";
import { firstOf, isFold, isHead, membersOf, view } from "./outline.js";
import { isShowingDetails, panel } from "./panel.js";
import { classColour, inkOn, kindColour, readPalette, themeColour } from "./palette.js";
import { endOf, EVENTS, FIRST, kindOf, column, modeOfCall, textOf } from "./timeline.js";
import { plainKind, subject } from "./titles.js";
import { tree } from "./tree.js";
import { duration, MISSING, thousands } from "./words.js";

const TICKS = 8; // above the flags
const UNITS = [
  ["s", 1e9],
  ["ms", 1e6],
  ["µs", 1e3],
  ["ns", 1],
];
const SMALLEST_TEXT = 46;
const SMALLEST_LETTER = 11;
const FONT = "11px ui-monospace, Menlo, 'DejaVu Sans Mono', monospace";

export function readColours() {
  readPalette();
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
  pen.font = FONT;
  pen.textBaseline = "middle";
  paintAxis(pen);
  for (const row of lanes.rows) paintRow(pen, row);
  paintFlags(pen);
  paintActive(pen);
  if (lanes.measured) paintMeasured(pen, lanes.measured);
}

// The axis begins at the first event, not at the import of TensorFlow.
function paintAxis(pen) {
  const step = niceStep((lanes.to - lanes.from) / Math.max(width() / 110, 2));
  const first = Math.max(Math.ceil((lanes.from - FIRST) / step) * step, 0);
  for (let at = first; at <= lanes.to - FIRST; at += step) {
    const x = Math.round(xOf(at + FIRST)) + 0.5;
    pen.fillStyle = themeColour("line");
    pen.fillRect(x, 0, 1, lanes.height);
    pen.fillStyle = themeColour("quiet");
    const text = tick(at, step, lanes.to - FIRST);
    const wide = pen.measureText(text).width;
    // At the right edge, the time stands before its line.
    pen.fillText(text, x + 4 + wide <= width() ? x + 4 : x - 4 - wide, TICKS);
  }
}

// The largest unit in which the last time is not below 1, and all times have up to three decimal places.
function tick(at, step, end) {
  if (at === 0) return "0";
  const [unit, size] = UNITS.find(([, least]) => end >= least && step * 1000 >= least) ?? UNITS.at(-1);
  const digits = Math.max(Math.ceil(Math.log10(size / step)), 0);
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `${(at / size).toLocaleString("en-US", options)} ${unit}`;
}

function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least);
}

function paintRow(pen, row) {
  if (row.first && lanes.labelled) {
    pen.fillStyle = themeColour("quiet");
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

function colourOf(event) {
  return lanes.byClass && column.layer[event] !== MISSING
    ? classColour(column.layer[event])
    : kindColour(kindOf(event));
}

function paintEvent(pen, event, x, wide, top) {
  pen.globalAlpha = opacity(event);
  pen.fillStyle = colourOf(event);
  const mode = modeOfCall(event);
  if (column.times[event] > 1) paintSeveral(pen, x, wide, top);
  else if (mode === "symbolic") paintHollow(pen, x, wide, top);
  else pen.fillRect(x, top, wide, lanes.row - 2);
  if (mode === "graph") {
    pen.fillStyle = kindColour("trace");
    pen.fillRect(x, top, wide, 3);
  }
  if (column.error[event] !== MISSING) {
    pen.fillStyle = themeColour("failed");
    pen.fillRect(x, top + lanes.row - 5, wide, 3);
  }
  pen.globalAlpha = 1;
}

// The letter of the kind, so that nobody needs the colours, and the name of the layer if it fits.
function paintText(pen, event, from, to, top) {
  if (to - from < SMALLEST_LETTER) return;
  const letter = kindOf(event)[0];
  pen.globalAlpha = opacity(event);
  const isPale = column.times[event] > 1 || modeOfCall(event) === "symbolic";
  pen.fillStyle = isPale ? themeColour("ink") : inkOn(colourOf(event));
  const middle = top + lanes.row / 2 - 0.5;
  pen.font = `bold ${FONT}`;
  pen.fillText(letter, from + 2.5, middle);
  pen.font = FONT;
  if (to - from >= SMALLEST_TEXT) {
    const room = Math.floor((to - from - 19) / 6.7);
    const text = barText(event);
    const shown = text.length > room ? `${text.slice(0, Math.max(room - 1, 1))}…` : text;
    pen.fillText(shown, from + 14, middle);
  }
  pen.globalAlpha = 1;
}

function opacity(event) {
  return view.hits !== null && !view.hits[event] ? 0.18 : 1;
}

function barText(event) {
  const times = column.times[event] > 1 ? `×${thousands(column.times[event])} ` : "";
  return times + (subject(event) || plainKind(event));
}

// A symbolic call computes shapes and no numbers, so its bar is hollow.
function paintHollow(pen, x, wide, top) {
  const colour = pen.fillStyle;
  pen.fillRect(x, top, wide, lanes.row - 2);
  pen.fillStyle = themeColour("surface");
  pen.fillRect(x + 1.5, top + 1.5, wide - 3, lanes.row - 5);
  pen.fillStyle = colour;
}

// Consecutive runs are merged into one event with their total duration. The time of each is unknown, so the bar is
// pale with dashed edges, not solid.
function paintSeveral(pen, x, wide, top) {
  const alpha = pen.globalAlpha;
  pen.globalAlpha = alpha * 0.3;
  pen.fillRect(x, top, wide, lanes.row - 2);
  pen.globalAlpha = alpha;
  for (let at = x; at < x + wide; at += 6) {
    const dash = Math.min(3, x + wide - at);
    pen.fillRect(at, top, dash, 2);
    pen.fillRect(at, top + lanes.row - 4, dash, 2);
  }
}

const FLAG_TOP = 15;
const FLAG_COLOURS = { error: "failed", raised: "failed", warning: "note", note: "accent" };

// A flag on the axis for each finding and each error, with a thin pole through the lanes.
function paintFlags(pen) {
  let last = -FLAG;
  for (const { event, severity } of lanes.flags) {
    const x = Math.round(xOf(column.start[event]));
    if (x < -FLAG || x > width() || x - last < 3) continue;
    last = x;
    pen.fillStyle = themeColour(FLAG_COLOURS[severity]);
    pen.globalAlpha = 0.35;
    pen.fillRect(x, AXIS, 1, lanes.height - AXIS);
    pen.globalAlpha = 1;
    pen.fillRect(x, FLAG_TOP, 1.5, AXIS - FLAG_TOP);
    if (severity === "raised") {
      pen.font = `bold ${FONT}`;
      pen.fillText("✗", x + 2, FLAG_TOP + 5);
      pen.font = FONT;
      continue;
    }
    pen.beginPath();
    pen.moveTo(x, FLAG_TOP);
    pen.lineTo(x + FLAG, FLAG_TOP + 4);
    pen.lineTo(x, FLAG_TOP + 8);
    pen.fill();
  }
}

function paintActive(pen) {
  const chosen = isShowingDetails() ? panel.node : tree.active;
  for (const [node, colour] of [
    [lanes.hover, themeColour("ink")],
    [chosen, themeColour("accent")],
  ]) {
    if (node === MISSING || isHead(node)) continue;
    const event = firstOf(node);
    const row = lanes.rows.find(({ events }) => events.includes(event));
    if (!row) continue;
    const last = isFold(node) ? membersOf(node - EVENTS).at(-1) : event;
    const left = xOf(column.start[event]);
    const right = xOf(endOf(last));
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.strokeRect(left - 1, row.top - 1, Math.max(right - left, 2) + 1, lanes.row);
  }
}

function paintMeasured(pen, { from, to }) {
  const left = xOf(Math.min(from, to));
  const right = xOf(Math.max(from, to));
  const text = duration(Math.abs(to - from));
  pen.fillStyle = themeColour("accent");
  pen.globalAlpha = 0.18;
  pen.fillRect(left, 0, right - left, lanes.height);
  pen.globalAlpha = 1;
  for (const x of [left, right]) pen.fillRect(x - 0.5, 0, 1, lanes.height);
  const wide = pen.measureText(text).width + 8;
  const at = Math.min(Math.max((left + right - wide) / 2, 0), width() - wide);
  pen.fillRect(at, 1, wide, 15);
  pen.fillStyle = inkOn(themeColour("accent"));
  pen.fillText(text, at + 4, TICKS);
}
