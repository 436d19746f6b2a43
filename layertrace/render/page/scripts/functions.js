// The tab of functions: how often each was traced and run, and why it was traced again.

import { button, byId, el, firstOfMany, MOST_LISTED } from "./elements.js";
import { shortValue } from "./line.js";
import { follow, placeTag } from "./links.js";
import { figure, number, table, words } from "./tables.js";
import { causeOf, data, errorOf, column, placeOf, tables } from "./timeline.js";
import { title } from "./titles.js";
import { duration, MISSING, thousands } from "./words.js";

// tf.data and tf.distribute create functions that the program never calls: those of tf.data are named
// Dataset_…, those of tf.distribute are defined in TensorFlow itself.
function isInternal([id, place, , runs]) {
  if (runs) return false;
  if (place === MISSING) return tables.functions[id].startsWith("Dataset_");
  return /[\\/]tensorflow[\\/]python[\\/]/.test(placeOf(place).full);
}

export const OWN_FUNCTIONS = data.lives.filter((life) => !isInternal(life));
const INTERNAL = data.lives.filter(isInternal);
const SOME_BEFORE = OWN_FUNCTIONS.some(([, , , , before]) => before);

function functionRow([id, place, traces, runs, before, took]) {
  return [
    el("span", {}, el("b", {}, tables.functions[id]), " ", placeTag(place)),
    ...(SOME_BEFORE ? [figure(before)] : []),
    figure(traces.length),
    figure(runs),
    traces.length ? duration(took) : "",
    traceList(traces),
  ];
}

export function fillFunctions() {
  const heads = [
    words("function"),
    ...(SOME_BEFORE ? [number("before", "trace")] : []),
    number("traces", "trace"),
    number("runs", "run"),
    number("tracing"),
    words("traces, and why each was needed"),
  ];
  const rows = (lives) => table(heads, lives, functionRow, "further function");
  byId("functions").append(
    el("h2", { class: "printed" }, "Functions"),
    ...(OWN_FUNCTIONS.length
      ? rows(OWN_FUNCTIONS)
      : [el("p", { class: "quiet" }, "No tf.function was traced or run during the recording.")]),
    INTERNAL.length
      ? el(
          "details",
          { class: "internal" },
          el(
            "summary",
            {},
            `show ${thousands(INTERNAL.length)} internal`,
            el(
              "span",
              { class: "quiet" },
              " functions that tf.data and tf.distribute created and run themselves",
            ),
          ),
          ...rows(INTERNAL),
        )
      : "",
  );
}

function traceList(traces) {
  return el(
    "ol",
    { class: "traces" },
    firstOfMany(
      traces,
      MOST_LISTED,
      (event) =>
        el(
          "li",
          {},
          button(`trace ${column.trace[event]}`, () => follow(event), {
            class: "event",
            title: title(event),
          }),
          " ",
          causeOf(event)
            ? el("span", { class: "note" }, causeOf(event).text)
            : shortValue(column.inputs[event]),
          errorOf(event) ? el("span", { class: "failed" }, ` ✗ ${errorOf(event).type}`) : "",
        ),
      (more) => el("li", {}, more),
    ),
  );
}
