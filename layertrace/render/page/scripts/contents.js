// Show everything recorded about one event: shapes, arguments, variable, error, cause, location and nesting.

import { noticedPart, statePart } from "./context.js";
import { closeDetails } from "./details.js";
import { button, el, firstOfMany, MOST_LISTED, pairs, section } from "./elements.js";
import { goToFinding } from "./findings.js";
import { kindChip, timeOf } from "./line.js";
import { eventLink, follow, layerCell, placeCell } from "./links.js";
import { childrenOf, firstOf, foldSort, foldSiblings, isFold, membersOf } from "./outline.js";
import {
  causeOf,
  errorOf,
  EVENTS,
  FIRST,
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
  const time = timeOf(node) ? `${timeOf(node)} in total` : "untimed";
  const likeness = ["that are alike", "that are alike but not equal", "of the frameworks themselves"][
    foldSort[fold]
  ];
  return el(
    "p",
    { class: "quiet" },
    `First of ${counted(foldSiblings[fold], "event")} ${likeness}, ${time}; the last is `,
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
  yield* valuePart("inputs", column.inputs[event]);
  yield* valuePart("arguments", column.arguments[event]);
  yield* valuePart("outputs", column.outputs[event]);
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
          beganAfter(column.start[event] - FIRST),
          button("zoom to event", () => zoomTo(event), { class: "inline act" }),
        ),
      ],
      ["took", tookCell(event)],
      ["runs", column.times[event] > 1 ? thousands(column.times[event]) : ""],
      [
        "before",
        column.before[event] > 0 ? `${counted(column.before[event], "trace")} before the recording` : "",
      ],
      ["training", yesOrNo(column.training[event])],
      ["mask", column.mask[event] === 1 ? "passed" : ""],
      ["graph", column.graph[event] === MISSING ? "" : textOf(column.graph[event]).join(", ")],
      ["thread", textOf(column.thread[event])],
      ["replica", column.replica[event] === MISSING ? "" : String(column.replica[event])],
      ...(column.others[event] === MISSING ? [] : textOf(column.others[event])),
    ]),
  );
}

function beganAfter(ns) {
  return ns === 0 ? "first of all" : `${moment(ns)} after the first event`;
}

function tookCell(event) {
  if (column.took[event] === MISSING) return isUnended(event) ? "still running when the recording ended" : "";
  return `${duration(column.took[event])}${column.times[event] > 1 ? " in total" : ""}`;
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
  const variable = variableOf(event);
  yield section(
    "variable",
    pairs([
      ["name", variable.name],
      ["path", variable.path === variable.name ? "" : variable.path],
      ["dtype[shape]", el("code", {}, variable.spec)],
      ["parameters", variable.parameters ? thousands(variable.parameters) : "unknown"],
      ["trainable", yesOrNo(variable.trainable)],
      ["initializer", variable.initializer],
      ["created by", { keras: "Keras", tf_keras: "tf_keras", tf: "a plain tf.Variable" }[variable.source]],
      ["value", variable.deferred ? "initialized later: Keras was inferring shapes" : ""],
    ]),
  );
}

// All variables of the layer, including those created in other events.
function* variablesPart(event) {
  const variables = [];
  for (let other = 0; other < EVENTS && kindOf(event) !== "variable"; other++) {
    const owned = column.variable[other] !== MISSING && column.layer[other] !== MISSING;
    if (owned && column.layer[other] === column.layer[event]) variables.push(other);
  }
  if (variables.length) yield section("variables of the layer", eventList(variables));
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

// The descendant that raised an exception which only passed through this event.
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
    el("h4", {}, cause.reason.startsWith("new ") ? "why it was traced" : "why it was traced again"),
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
      ["inside", path.length ? eventList(path.slice(-MOST_LISTED)) : ""],
      ["contains", inside.length ? eventList(inside) : ""],
    ]),
  );
}
