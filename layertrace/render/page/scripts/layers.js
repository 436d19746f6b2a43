// The tab of layers: how often each was created, built and called, its variables, and the shapes of its first call.

import { el } from "./elements.js";
import { dataCell } from "./line.js";
import { layerButton } from "./links.js";
import { figure, number, tableTab, words } from "./tables.js";
import { data, layerOf, MODES } from "./timeline.js";
import { MISSING, thousands } from "./words.js";

const MODE_HEADS = { eager: "eager calls", symbolic: "symbolic", graph: "traced" };

// Modes without calls have no column.
const CALLED = MODES.map((mode, at) => ({ mode, at: 3 + at })).filter(({ at }) =>
  data.counts.some((row) => row[at]),
);
const [VARIABLES, PARAMETERS, ERRORS, FIRST_CALL] = [0, 1, 2, 3].map((at) => 3 + MODES.length + at);

function layerRow(row) {
  const [layer, init, build] = row;
  return [
    layerButton(layer),
    el("bdi", {}, layerOf(layer).className),
    figure(init),
    figure(build),
    ...CALLED.map(({ at }) => figure(row[at])),
    figure(row[VARIABLES]),
    figure(row[PARAMETERS]),
    row[ERRORS] ? el("span", { class: "failed" }, thousands(row[ERRORS])) : figure(0),
    row[FIRST_CALL] === MISSING ? "" : dataCell(row[FIRST_CALL]),
  ];
}

function layerText([layer]) {
  const { label, className, path } = layerOf(layer);
  return `${label} ${className} ${path}`;
}

function layerTable() {
  const heads = [
    words("layer", ([layer]) => layerOf(layer).label),
    words("class", ([layer]) => layerOf(layer).className),
    number("init", "init", (row) => row[1]),
    number("build", "build", (row) => row[2]),
    ...CALLED.map(({ mode, at }) =>
      number(MODE_HEADS[mode], mode === "eager" ? "call" : mode, (row) => row[at]),
    ),
    number("variables", "variable", (row) => row[VARIABLES]),
    number("parameters", "variable", (row) => row[PARAMETERS]),
    number("errors", null, (row) => row[ERRORS]),
    words("first call"),
  ];
  return { heads, items: data.counts, rowOf: layerRow, textOf: layerText, noun: "further layer" };
}

export const layerTab = tableTab(
  "layers",
  "Layers",
  () => ({ own: layerTable() }),
  "No layers were recorded.",
);
