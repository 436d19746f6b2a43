// A card at the pointer that describes the event below it: layer, class, mode, shapes, time and place.

import { byId, el } from "./elements.js";
import { lanes } from "./lanes.js";
import { dataCell, kindChip } from "./line.js";
import {
  causeOf,
  errorOf,
  FIRST,
  isUnended,
  kindOf,
  layerOf,
  marks,
  MODES,
  column,
  placeOf,
  textOf,
} from "./timeline.js";
import { plainKind, subject } from "./titles.js";
import { duration, MISSING, moment } from "./words.js";

const GAP = 14;

export function hideHover() {
  byId("hover").hidden = true;
}

export function showHover(event, x, y) {
  const card = byId("hover");
  if (card.dataset.event !== String(event) || card.hidden) {
    card.replaceChildren(...hoverLines(event));
    card.dataset.event = String(event);
    card.hidden = false;
  }
  const box = byId("lanes").getBoundingClientRect();
  const canvas = lanes.canvas.getBoundingClientRect();
  const left = canvas.left - box.left + x;
  const isRight = left + GAP + card.offsetWidth > box.width;
  card.style.left = `${Math.max(isRight ? left - GAP - card.offsetWidth : left + GAP, 0)}px`;
  card.style.top = `${canvas.top - box.top + y + GAP}px`;
}

function* hoverLines(event) {
  const layer = column.layer[event] === MISSING ? "" : layerOf(column.layer[event]).className;
  const [kind, ...rest] = plainKind(event).split(" ");
  yield el(
    "p",
    {},
    kindChip(event, kind),
    rest.length ? ` ${rest.join(" ")} ` : " ",
    el("b", {}, subject(event)),
    el("span", { class: "quiet" }, ` ${layer}`),
  );
  const shapes = dataCell(event);
  if (shapes.textContent) yield el("p", {}, shapes);
  yield el(
    "p",
    {},
    [modeOf(event), howLong(event), `at ${moment(column.start[event] - FIRST)}`].filter(Boolean).join(" · "),
  );
  const place = placeOf(column.place[event]).short;
  if (place) yield el("p", { class: "quiet" }, place);
  const cause = causeOf(event);
  if (cause) yield el("p", { class: cause.expected ? "quiet" : "note" }, cause.text);
  if (errorOf(event)) yield el("p", { class: "failed" }, `✗ ${errorOf(event).type}: ${errorOf(event).first}`);
  for (const finding of marks.get(event) ?? [])
    yield el(
      "p",
      { class: finding.severity === "error" ? "failed" : "note" },
      `${finding.code} ${finding.name}`,
    );
}

function modeOf(event) {
  if (["trace", "run", "init"].includes(kindOf(event))) return "";
  return textOf(column.where[event]) || MODES[column.mode[event]];
}

export function howLong(event) {
  if (column.took[event] === MISSING) return isUnended(event) ? "still running" : "";
  return column.times[event] > 1
    ? `${duration(column.took[event])} in total`
    : `took ${duration(column.took[event])}`;
}
