// The tab of layers: how often each was created, built and called, its variables, and the shapes of its first call.

import { el } from "./elements.js";
import { dataCell } from "./line.js";
import { layerButton } from "./links.js";
import { figure, number, tableTab, words } from "./tables.js";
import { data, layerOf, MODES } from "./timeline.js";
import { MISSING, thousands } from "./words.js";

const DEEPEST = 12;
const MODE_HEADS = { eager: "eager calls", symbolic: "symbolic", graph: "traced" };

// Modes without calls have no column.
const CALLED = MODES.map((mode, at) => ({ mode, at: 4 + at })).filter(({ at }) =>
  data.layers.rows.some((row) => row[at]),
);
const [VARIABLES, PARAMETERS, ERRORS, FIRST_CALL, DTYPE] = [0, 1, 2, 3, 4].map((at) => 4 + MODES.length + at);

// The dtype has a column if a layer computes in another than float32.
const DTYPES = data.layers.rows.some((row) => row[DTYPE]) ? [DTYPE] : [];

function layerRow(row, { isNested }) {
  const [layer, depth, init, build] = row;
  return [
    nested(layerButton(layer), isNested ? depth : 0),
    el("bdi", {}, layerOf(layer).className),
    ...DTYPES.map((at) => row[at]),
    figure(init),
    figure(build),
    ...CALLED.map(({ at }) => figure(row[at])),
    figure(row[VARIABLES]),
    figure(row[PARAMETERS]),
    row[ERRORS] ? el("span", { class: "failed" }, thousands(row[ERRORS])) : figure(0),
    row[FIRST_CALL] === MISSING ? "" : dataCell(row[FIRST_CALL]),
  ];
}

// Indented as the layers lie in each other, unless the table is sorted or filtered.
function nested(content, depth) {
  const cell = el("span", { class: "nested" }, content);
  cell.style.setProperty("--depth", Math.min(depth, DEEPEST));
  return cell;
}

function layerText(row) {
  const { label, className, path } = layerOf(row[0]);
  return `${label} ${className} ${path} ${row[DTYPE]}`;
}

function layerTable() {
  const heads = [
    words("layer", ([layer]) => layerOf(layer).label),
    words("class", ([layer]) => layerOf(layer).className),
    ...DTYPES.map((at) => words("computes in", (row) => row[at])),
    number("init", "init", (row) => row[2]),
    number("build", "build", (row) => row[3]),
    ...CALLED.map(({ mode, at }) =>
      number(MODE_HEADS[mode], mode === "eager" ? "call" : mode, (row) => row[at]),
    ),
    number("variables", "variable", (row) => row[VARIABLES]),
    number("parameters", "variable", (row) => row[PARAMETERS]),
    number("errors", null, (row) => row[ERRORS]),
    words("first call"),
  ];
  const footer = data.layers.totals.map((line) => el("p", { class: "quiet" }, line));
  return {
    heads,
    footer,
    items: data.layers.rows,
    rowOf: layerRow,
    textOf: layerText,
    noun: "further layer",
  };
}

export const layerTab = tableTab(
  "layers",
  "Layers",
  () => ({ own: layerTable() }),
  "No layers were recorded.",
);
