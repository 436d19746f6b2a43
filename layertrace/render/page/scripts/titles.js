// Name an event in a few words.

import { kindOf, layerOf, column, tables, textOf, variableOf } from "./timeline.js";
import { MISSING, thousands } from "./words.js";

export function plainKind(event) {
  const kind = kindOf(event);
  // The trace of a Keras function has the numbers of its step inside it, as in the report: `trace 1, 2`.
  if (kind === "trace" && column.passes[event] !== MISSING) return `trace ${textOf(column.passes[event])}`;
  if (kind === "trace" && column.trace[event] !== MISSING) return `trace ${column.trace[event]}`;
  if (column.times[event] > 1) return `${kind} ×${thousands(column.times[event])}`;
  return column.call[event] === MISSING ? kind : `${kind} ${column.call[event]}`;
}

export function subject(event) {
  if (column.variable[event] !== MISSING) return variableOf(event).name;
  if (column.layer[event] !== MISSING) return layerOf(column.layer[event]).label;
  return column.function[event] === MISSING ? "" : tables.functions[column.function[event]];
}

export function title(event) {
  return [`${column.seq[event]}`, plainKind(event), subject(event)].filter(Boolean).join(" ");
}
