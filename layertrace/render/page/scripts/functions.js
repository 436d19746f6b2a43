// The tab of functions: how often each was traced and run, and why it was traced again.

import { button, el, firstOfMany, MOST_LISTED } from "./elements.js";
import { shortValue } from "./line.js";
import { follow, placeTag } from "./links.js";
import { figure, number, tableTab, words } from "./tables.js";
import { causeOf, data, errorOf, column, placeOf, tables } from "./timeline.js";
import { title } from "./titles.js";
import { counted, duration } from "./words.js";

// tf.data, tf.distribute and Keras create functions that the program never calls.
export const OWN_FUNCTIONS = data.lives.filter((life) => !life[6]);
const INTERNAL = data.lives.filter((life) => life[6]);
const SOME_BEFORE = OWN_FUNCTIONS.some(([, , , , before]) => before);

// Such functions have -1 runs.
const NOT_COUNTED =
  "runs of a function that the program jits itself cannot be counted: JAX runs it without Python";

function functionRow([id, place, traces, runs, before, took]) {
  return [
    el("span", {}, el("b", {}, tables.functions[id]), " ", placeTag(place)),
    ...(SOME_BEFORE ? [figure(before)] : []),
    figure(traces.length),
    runs < 0 ? el("span", { class: "quiet", title: NOT_COUNTED }, "?") : figure(runs),
    traces.length ? duration(took) : "",
    traceList(traces),
  ];
}

function functionText([id, place, traces]) {
  const causes = traces.map((event) => causeOf(event)?.text ?? shortValue(column.inputs[event]));
  return [tables.functions[id], placeOf(place).short, ...causes].join(" ");
}

function functionTables() {
  const heads = [
    words("function", ([id]) => tables.functions[id]),
    ...(SOME_BEFORE ? [number("before", "trace", (life) => life[4])] : []),
    number("traces", "trace", (life) => life[2].length),
    number("runs", "run", (life) => life[3]),
    number("tracing", null, (life) => life[5]),
    words("traces, and why each was needed"),
  ];
  const common = { heads, rowOf: functionRow, textOf: functionText, noun: "further function" };
  const summary = [
    `show ${counted(INTERNAL.length, "function")}`,
    el("span", { class: "quiet" }, " that TensorFlow and Keras trace for themselves"),
  ];
  return { own: { ...common, items: OWN_FUNCTIONS }, folded: { ...common, items: INTERNAL, summary } };
}

export const functionTab = tableTab(
  "functions",
  "Functions",
  functionTables,
  "No function was traced or run during the recording.",
);

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
            ? el("span", { class: causeOf(event).expected ? "quiet" : "note" }, causeOf(event).text)
            : shortValue(column.inputs[event]),
          errorOf(event) ? el("span", { class: "failed" }, ` ✗ ${errorOf(event).type}`) : "",
        ),
      (more) => el("li", {}, more),
    ),
  );
}
