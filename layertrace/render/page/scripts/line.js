// Write one line of the tree: event, layer, shapes, remarks, duration and location.

import { el } from "./elements.js";
import {
  chapterOf,
  eventsBelow,
  foldLabel,
  foldSort,
  foldFirst,
  foldSiblings,
  foldTimes,
  isChapter,
  isFold,
  isOpen,
  isPlumbing,
  isThread,
  membersOf,
  threadOf,
  view,
} from "./outline.js";
import { hitsInside } from "./search.js";
import {
  causeOf,
  errorOf,
  EVENTS,
  isUnended,
  kindOf,
  layerOf,
  marks,
  MODES,
  column,
  parents,
  placeOf,
  tables,
  textOf,
  variableOf,
} from "./timeline.js";
import { plainKind, subject } from "./titles.js";
import { counted, duration, MISSING, thousands } from "./words.js";

const REMARK_STYLES = ["", "quiet", "note"];

export function shortValue(number) {
  return number === MISSING ? "" : tables.values[number][0];
}

export function kindChip(event, text) {
  return el("span", { class: `kind ${kindOf(event)}` }, text);
}

function whatCell(event) {
  const [kind, ...rest] = plainKind(event).split(" ");
  return el("span", { class: "what" }, kindChip(event, kind), rest.length ? ` ${rest.join(" ")}` : "");
}

function whoCell(event) {
  const kind = kindOf(event);
  const cell = el("span", { class: "who" });
  if (kind === "trace") cell.append(el("span", { class: "quiet" }, "of "));
  cell.append(el("b", {}, subject(event)));
  if (column.layer[event] === MISSING || kind === "trace" || kind === "run") return cell;
  const layer = layerOf(column.layer[event]);
  const outer = parents[event];
  if (kind !== "variable") cell.append(el("span", { class: "quiet class" }, ` ${layer.className}`));
  else if (outer === MISSING || column.layer[outer] !== column.layer[event]) {
    cell.append(el("span", { class: "quiet" }, ` of ${layer.label}`));
  }
  return cell;
}

export function dataCell(event) {
  const cell = el("span", { class: "data" });
  const kind = kindOf(event);
  const inputs = shortValue(column.inputs[event]);
  if (kind === "variable") cell.append(variableOf(event).spec);
  else if (kind === "call") {
    const outputs =
      column.error[event] !== MISSING ? el("span", { class: "failed" }, "✗") : output(event, inputs);
    if (outputs) cell.append(inputs, el("span", { class: "quiet" }, inputs ? " → " : "→ "), outputs);
  } else if (kind === "trace" && causeOf(event)?.reason === "signature") return cell; // which says it better
  else cell.append([inputs, shortValue(column.arguments[event])].filter(Boolean).join(", "));
  return cell;
}

function output(event, inputs) {
  if (column.outputs[event] !== MISSING) return shortValue(column.outputs[event]);
  return inputs ? (column.took[event] === MISSING ? "…" : "None") : "";
}

function* remarkCells(event) {
  if (column.where[event] !== MISSING) {
    yield el("span", { class: `mode ${MODES[column.mode[event]]}` }, textOf(column.where[event]));
  }
  for (const [style, text] of textOf(column.remarks[event]) || []) {
    yield el("span", { class: `remark ${REMARK_STYLES[style]}` }, text);
  }
  const outer = parents[event];
  if (outer !== MISSING && column.thread[outer] !== column.thread[event]) {
    yield el("span", { class: "remark quiet" }, `in thread ${textOf(column.thread[event])}`);
  }
  if (isUnended(event)) yield el("span", { class: "remark note" }, "still running");
  for (const finding of marks.get(event) ?? []) {
    yield el("span", { class: `mark ${finding.severity}` }, finding.code);
  }
  yield* errorCells(event);
}

function* errorCells(event) {
  const error = errorOf(event);
  if (error === null) return;
  const isShownAround = parents[event] !== MISSING && column.error[parents[event]] !== MISSING;
  if (error.origin) {
    const refused = kindOf(event) === "variable" ? "refused: " : "";
    yield el("span", { class: "failed" }, `✗ ${refused}${error.type}: ${error.first}`);
  } else if (!isShownAround) yield el("span", { class: "failed" }, `✗ ${error.type}`);
}

function eventCells(event) {
  return [whatCell(event), whoCell(event), dataCell(event), ...remarkCells(event)];
}

// The hits of a search in a line, and in the descendants that it hides while it is closed.
function* hitCells(node) {
  if (view.hits === null) return;
  const hidden = isOpen(node) ? 0 : hitsInside(node);
  if (hidden) yield inside(hidden);
  if (!isFold(node) && view.hits[node]) yield el("span", { class: "unseen" }, "hit");
}

function foldCells(node) {
  const fold = node - EVENTS;
  const first = foldFirst[fold];
  const members = membersOf(fold);
  const period = foldSiblings[fold] / foldTimes[fold];
  if (isPlumbing(node)) return [el("span", { class: "quiet" }, textOf(foldLabel[fold]))];
  const mark = el("span", { class: "fold" }, `×${thousands(foldTimes[fold])}`);
  if (foldSort[fold] === 1) return [mark, ...alikeCells(first, members, period)];
  if (period === 1) {
    return [
      el("span", { class: "what" }, kindChip(first, kindOf(first))),
      mark,
      whoCell(first),
      dataCell(first),
      ...remarkCells(first),
    ];
  }
  return [mark, el("span", { class: "quiet" }, "repeated: "), ...patternCells(members, period)];
}

function alikeCells(first, members, period) {
  const last = members[members.length - 1];
  const names = el("span", { class: "who" }, el("b", {}, subject(first)));
  // Traces of one function have one name.
  if (subject(last) !== subject(first))
    names.append(el("span", { class: "quiet" }, " … "), el("b", {}, subject(last)));
  if (period === 1)
    return [el("span", { class: "what" }, kindChip(first, kindOf(first))), names, dataCell(first)];
  return [names, el("span", { class: "quiet" }, "all alike: "), ...patternCells(members, period)];
}

function patternCells(members, period) {
  const shown = members.slice(0, Math.min(period, 4));
  // If all parts are of one layer, shapes distinguish them.
  const same = new Set(shown.map(subject)).size === 1;
  const cells = shown.flatMap((event, at) => [
    at ? el("span", { class: "quiet" }, "·") : null,
    el(
      "span",
      { class: "part" },
      kindChip(event, kindOf(event)),
      " ",
      same ? dataCell(event) : el("span", { class: "data" }, subject(event)),
    ),
  ]);
  if (same) cells.unshift(whoCell(shown[0]));
  return period > 4 ? [...cells, el("span", { class: "quiet" }, `… ${thousands(period - 4)} more`)] : cells;
}

export function timeOf(node) {
  if (isChapter(node)) return chapterOf(node).took === MISSING ? "" : duration(chapterOf(node).took);
  if (isThread(node)) return "";
  if (!isFold(node)) return column.took[node] === MISSING ? "" : duration(column.took[node]);
  let total = MISSING;
  for (const member of membersOf(node - EVENTS)) {
    if (column.took[member] !== MISSING) total = Math.max(total, 0) + column.took[member];
  }
  return total === MISSING ? "" : duration(total);
}

// A statement of the program: its source, how often it ran, and what it caused.
function chapterCells(node) {
  const { source, place, times, numbers, story, findings } = chapterOf(node);
  const name = source || placeOf(place).short || "outside of the program";
  return [
    times > 1 ? el("span", { class: "fold" }, `×${thousands(times)} lines ${numbers}`) : null,
    el("span", { class: "source" }, name),
    ...findings.map((finding) => el("span", { class: `mark ${finding.severity}` }, finding.code)),
    story ? el("span", { class: "quiet story" }, story) : null,
    view.hits === null ? null : inside(hitsInside(node)),
  ];
}

function inside(hits) {
  return hits ? el("span", { class: "remark inside" }, `${counted(hits, "hit")} inside`) : null;
}

export function cellsOf(node) {
  if (isChapter(node)) return chapterCells(node);
  if (isThread(node)) {
    const count = counted(eventsBelow.get(threadOf(node)), "event");
    return [el("b", {}, `thread ${textOf(threadOf(node))}`), el("span", { class: "quiet" }, count)];
  }
  return [...(isFold(node) ? foldCells(node) : eventCells(node)), ...hitCells(node)];
}
