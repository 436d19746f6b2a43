// Show all that is recorded of one event: shapes, arguments, variable, error, cause, place, and what is around it.

import { noticedPart, statePart } from "./context.js";
import { closeDetails } from "./details.js";
import { button, el, firstOfMany, MOST_LISTED, pairs, section } from "./elements.js";
import { goToFinding } from "./findings.js";
import { kindChip, timeOf } from "./line.js";
import { eventLink, follow, layerCell, placeCell } from "./links.js";
import { childrenOf, firstOf, foldAlike, foldSiblings, isFold, membersOf } from "./outline.js";
import {
  causeOf,
  errorOf,
  EVENTS,
  isUnended,
  kindOf,
  marks,
  MODES,
  column,
  parents,
  tables,
  textOf,
  variableOf,
} from "./timeline.js";
import { title } from "./titles.js";
import { zoomTo } from "./viewport.js";
import { counted, duration, MISSING, moment, thousands, yesOrNo } from "./words.js";

export function contentsOf(node, fromLanes) {
  const event = firstOf(node);
  return [
    detailsHead(event),
    fromLanes ? treeButton(event) : "",
    isFold(node) ? foldNote(node) : "",
    ...detailsBody(event),
  ].filter(Boolean);
}

function detailsHead(event) {
  return el(
    "header",
    {},
    el("h3", {}, kindChip(event, kindOf(event)), ` ${title(event).replace(/^\d+ \w+ ?/, "")}`),
    el("span", { class: "quiet" }, `event ${column.seq[event]}`),
    button("×", closeDetails, { class: "plain close", title: "Close (Esc)", "aria-label": "Close details" }),
  );
}

function treeButton(event) {
  return el(
    "p",
    {},
    button("show in the tree", () => follow(event), { class: "inline act" }),
  );
}

function foldNote(node) {
  const fold = node - EVENTS;
  const members = membersOf(fold);
  const last = members[members.length - 1];
  const said = foldAlike[fold] ? "alike but for the layer" : "alike";
  return el(
    "p",
    { class: "quiet" },
    `The first of ${counted(foldSiblings[fold], "event")} ${said}, together ${timeOf(node) || "untimed"}; the last is `,
    eventLink(last),
    ".",
  );
}

function* detailsBody(event) {
  for (const finding of marks.get(event) ?? []) {
    yield el(
      "p",
      { class: `pointer ${finding.severity}` },
      el("b", {}, `${finding.code} `),
      finding.message,
      " ",
      button("see the finding", () => goToFinding(finding), { class: "inline act" }),
    );
  }
  yield* errorPart(event);
  yield* causePart(event);
  yield facts(event);
  yield* valuePart("came in", column.inputs[event]);
  yield* valuePart("arguments", column.arguments[event]);
  yield* valuePart("came out", column.outputs[event]);
  yield* variablePart(event);
  yield* noticedPart(event);
  yield* statePart(event);
  yield* variablesPart(event);
  yield* aroundPart(event);
}

function facts(event) {
  return el(
    "section",
    {},
    pairs([
      ["layer", layerCell(column.layer[event])],
      ["function", functionCell(event)],
      ["mode", MODES[column.mode[event]]],
      ["place", placeCell(column.place[event])],
      ["defined", placeCell(column.defined[event])],
      [
        "began",
        el(
          "span",
          {},
          `${moment(column.start[event])} after the start`,
          button("zoom to it", () => zoomTo(event), { class: "inline act" }),
        ),
      ],
      ["took", tookCell(event)],
      ["runs", column.times[event] > 1 ? thousands(column.times[event]) : ""],
      [
        "before",
        column.before[event] > 0 ? `${counted(column.before[event], "trace")} before the recording` : "",
      ],
      ["training", yesOrNo(column.training[event])],
      ["mask", column.mask[event] === 1 ? "came in" : ""],
      ["graph", column.graph[event] === MISSING ? "" : textOf(column.graph[event]).join(", ")],
      ["thread", textOf(column.thread[event])],
      ["replica", column.replica[event] === MISSING ? "" : String(column.replica[event])],
      ["strategy", textOf(column.strategy[event])],
      ["flags", textOf(column.flags[event])],
    ]),
  );
}

function tookCell(event) {
  if (column.took[event] === MISSING) return isUnended(event) ? "had not ended when the recording did" : "";
  return `${duration(column.took[event])}${column.times[event] > 1 ? " together" : ""}`;
}

function functionCell(event) {
  if (column.function[event] === MISSING) return "";
  const name = tables.functions[column.function[event]];
  return column.trace[event] === MISSING ? name : `${name}, trace ${column.trace[event]}`;
}

function* valuePart(name, number) {
  if (number === MISSING) return;
  const parts = tables.values[number][1];
  if (parts.length === 1 && parts[0][0] === "") yield section(name, el("pre", {}, parts[0][1]));
  else yield section(name, pairs(parts.map(([part, text]) => [part, el("code", {}, text)])));
}

function* variablePart(event) {
  if (column.variable[event] === MISSING) return;
  const one = variableOf(event);
  yield section(
    "variable",
    pairs([
      ["name", one.name],
      ["path", one.path === one.name ? "" : one.path],
      ["holds", el("code", {}, one.spec)],
      ["parameters", one.parameters ? thousands(one.parameters) : "unknown"],
      ["trainable", yesOrNo(one.trainable)],
      ["initial", one.initializer],
      ["made by", { keras: "Keras", tf_keras: "tf_keras", tf: "a plain tf.Variable" }[one.source]],
      ["value", one.deferred ? "came later: Keras was inferring shapes" : ""],
    ]),
  );
}

// The variables of the layer, wherever they were made.
function* variablesPart(event) {
  const found = [];
  for (let other = 0; other < EVENTS && kindOf(event) !== "variable"; other++) {
    const owned = column.variable[other] !== MISSING && column.layer[other] !== MISSING;
    if (owned && column.layer[other] === column.layer[event]) found.push(other);
  }
  if (found.length) yield section("variables of the layer", eventList(found));
}

function eventList(events) {
  return el(
    "ol",
    { class: "path-list" },
    firstOfMany(
      [...events],
      MOST_LISTED,
      (event) =>
        el(
          "li",
          {},
          eventLink(event),
          column.variable[event] === MISSING
            ? ""
            : el("code", { class: "quiet" }, `  ${variableOf(event).spec}`),
        ),
      (more) => el("li", {}, more),
    ),
  );
}

function* errorPart(event) {
  const error = errorOf(event);
  if (error === null) return;
  yield el(
    "section",
    { class: "error" },
    el("h4", {}, error.origin ? `raised ${error.type}` : `${error.type} passed through`),
    el("pre", {}, error.message),
    pairs([
      ["place", placeCell(error.place)],
      ["through", error.raisedIn.length ? error.raisedIn.join(", ") : ""],
      ["in", layerCell(error.subject)],
    ]),
    error.origin ? "" : originLink(event),
  );
}

// The event inside in which an exception was raised that only passed through here.
function originLink(event) {
  let at = event;
  for (let inside = childrenOf(at); inside.length; inside = childrenOf(at)) {
    const failed = inside.findLast((child) => column.error[child] !== MISSING);
    if (failed === undefined) break;
    at = failed;
  }
  return at === event ? "" : el("p", {}, "raised in ", eventLink(at));
}

function* causePart(event) {
  const cause = causeOf(event);
  if (cause === null) return;
  const rows = cause.changes.map(([argument, what, before, now, axes]) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, argument),
      el("td", {}, axes ? `${what} ${axes}` : what),
      el("td", {}, el("code", {}, before)),
      el("td", {}, el("code", {}, now)),
    ),
  );
  const heads = ["argument", "differs in", "was", "is now"].map((head) => el("th", { scope: "col" }, head));
  const table = rows.length ? el("table", {}, el("tr", {}, ...heads), ...rows) : "";
  const compared =
    cause.comparedWith === MISSING
      ? ""
      : el("p", { class: "quiet" }, `compared with trace ${cause.comparedWith}`);
  yield el(
    "section",
    { class: "cause" },
    el("h4", {}, "why it was traced again"),
    rows.length ? "" : el("p", {}, cause.text),
    table,
    compared,
  );
}

function* aroundPart(event) {
  const path = [];
  const inside = childrenOf(event);
  for (let outer = parents[event]; outer !== MISSING; outer = parents[outer]) path.unshift(outer);
  if (!path.length && !inside.length) return;
  yield section(
    "around",
    pairs([
      ["inside of", path.length ? eventList(path.slice(-MOST_LISTED)) : ""],
      ["holds", inside.length ? eventList(inside) : ""],
    ]),
  );
}
