// The tab of variables: what each is, its layer, and the event and line that created it or failed to.

import { button, el } from "./elements.js";
import { kindChip } from "./line.js";
import { follow, layerButton, placeTag } from "./links.js";
import { figure, named, number, tableTab, words } from "./tables.js";
import { errorOf, EVENTS, kindOf, layerOf, column, parents, placeOf, variableOf } from "./timeline.js";
import { title } from "./titles.js";
import { counted, countedApart, MISSING, yesOrNo } from "./words.js";

function variableEvents() {
  const events = [];
  for (let event = 0; event < EVENTS; event++) if (column.variable[event] !== MISSING) events.push(event);
  return events;
}

// The number of variables, and apart from it that of the frameworks' own.
export function variableCount() {
  const all = variableEvents();
  return countedApart(all.length, all.filter((event) => column.quiet[event] === 1).length);
}

function ownerOf(event) {
  return column.layer[event] === MISSING ? "" : layerOf(column.layer[event]).label;
}

function variableRow(event) {
  const variable = variableOf(event);
  const error = errorOf(event);
  const layer = column.layer[event];
  const around = parents[event] === MISSING ? "" : kindChip(parents[event], kindOf(parents[event]));
  return [
    button(variable.name, () => follow(event), { class: "event", title: title(event) }),
    layer === MISSING ? "" : layerButton(layer),
    placeTag(column.place[event]),
    el("code", {}, variable.spec),
    figure(variable.parameters),
    yesOrNo(variable.trainable),
    variable.initializer === variable.spec ? "" : variable.initializer,
    around,
    `${column.seq[event]}`,
    error === null ? "" : el("span", { class: "failed" }, `✗ refused: ${error.type}`),
  ];
}

function variableText(event) {
  const { name, path, spec, initializer } = variableOf(event);
  return [name, path, spec, initializer, ownerOf(event), placeOf(column.place[event]).short].join(" ");
}

function variableTables() {
  const all = variableEvents();
  const refused = all.some((event) => errorOf(event) !== null);
  const heads = [
    words("variable", (event) => variableOf(event).path),
    named("layer", ownerOf),
    words("place", (event) => placeOf(column.place[event]).short),
    words("dtype[shape]", (event) => variableOf(event).spec),
    number("parameters", null, (event) => variableOf(event).parameters),
    named("trainable", (event) => variableOf(event).trainable),
    words("initializer", (event) => variableOf(event).initializer),
    named("created in", (event) => (parents[event] === MISSING ? "" : kindOf(parents[event]))),
    number("event", null, (event) => event),
    ...(refused ? [words("")] : []),
  ];
  const rowOf = (event) => variableRow(event).slice(0, heads.length);
  const common = { heads, rowOf, textOf: variableText, noun: "further variable" };
  const folded = all.filter((event) => column.quiet[event] === 1);
  return {
    own: { ...common, items: all.filter((event) => column.quiet[event] !== 1) },
    folded: {
      ...common,
      items: folded,
      summary: [
        `show ${counted(folded.length, "variable")} of the frameworks`,
        el("span", { class: "quiet" }, " for optimizers, metrics and random seeds"),
      ],
    },
  };
}

export const variableTab = tableTab(
  "variables",
  "Variables",
  variableTables,
  "No variables were created during the recording.",
);
