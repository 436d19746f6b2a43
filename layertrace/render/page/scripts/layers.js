// The tab of layers: how often each was created, built and called, its variables, and the shapes of its first call.

import { byId, el } from "./elements.js";
import { dataCell } from "./line.js";
import { layerButton } from "./links.js";
import { figure, number, table, words } from "./tables.js";
import { data, layerOf, MODES } from "./timeline.js";
import { MISSING, thousands } from "./words.js";

// Modes without calls have no column.
const CALLED = MODES.map((mode, at) => ({ mode, at: 3 + at })).filter(({ at }) =>
  data.counts.some((row) => row[at]),
);

function layerRow(row) {
  const [layer, init, build] = row;
  const [variables, parameters, errors, first] = row.slice(3 + MODES.length);
  return [
    layerButton(layer),
    el("bdi", {}, layerOf(layer).className),
    figure(init),
    figure(build),
    ...CALLED.map(({ at }) => figure(row[at])),
    figure(variables),
    figure(parameters),
    errors ? el("span", { class: "failed" }, thousands(errors)) : figure(0),
    first === MISSING ? "" : dataCell(first),
  ];
}

export function fillLayers() {
  const heads = [
    words("layer"),
    words("class"),
    number("init", "init"),
    number("build", "build"),
    ...CALLED.map(({ mode }) => number(mode, mode === "eager" ? "call" : mode)),
    number("variables", "variable"),
    number("parameters", "variable"),
    number("errors"),
    words("first call"),
  ];
  byId("layers").append(
    el("h2", { class: "printed" }, "Layers"),
    ...(data.counts.length
      ? table(heads, data.counts, layerRow, "further layer")
      : [el("p", { class: "quiet" }, "No layers were recorded.")]),
  );
}
