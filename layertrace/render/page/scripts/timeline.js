// The recording: columns of numbers, with one entry per event, and the tables they index.

import { byId } from "./elements.js";
import { MISSING } from "./words.js";

export const data = JSON.parse(byId("data").textContent);
export const { tables, kinds: KINDS, modes: MODES } = data;
export const EVENTS = data.events;

export function unpacked(packed, length = EVENTS, Kind = Int32Array) {
  const unpackedColumn = new Kind(length);
  if (typeof packed === "number") return unpackedColumn.fill(packed);
  if (Array.isArray(packed)) return Kind.from(packed);
  unpackedColumn.fill(MISSING);
  let at = 0;
  packed.after.forEach((step, index) => {
    at += step;
    unpackedColumn[at] = packed.is[index];
  });
  return unpackedColumn;
}

export function summed(numbers) {
  for (let index = 1; index < numbers.length; index++) numbers[index] += numbers[index - 1];
  return numbers;
}

export const column = {};
for (const [name, packed] of Object.entries(data.columns)) {
  column[name] = unpacked(packed, EVENTS, name === "start" || name === "took" ? Float64Array : Int32Array);
}
summed(column.seq);
summed(column.start);

export const parents = column.inside.map((distance, index) =>
  distance === MISSING ? MISSING : index - distance,
);

// The interval to draw: without the time before the first event, such as the import of TensorFlow, and up to the
// last end, where unfinished events are cut.
export const [FIRST, BEGIN, END] = (() => {
  let first = EVENTS ? Infinity : 0;
  let last = 0;
  for (let event = 0; event < EVENTS; event++) {
    first = Math.min(first, column.start[event]);
    last = Math.max(last, column.start[event] + Math.max(column.took[event], 0));
  }
  last = Math.max(last, first + 1000);
  return [first, Math.max(first - (last - first) * 0.004, 0), last];
})();

export function kindOf(event) {
  return KINDS[column.kind[event]];
}

export function modeOfCall(event) {
  return kindOf(event) === "call" ? MODES[column.mode[event]] : "";
}

export function endOf(event) {
  if (column.took[event] !== MISSING) return column.start[event] + column.took[event];
  return kindOf(event) === "variable" ? column.start[event] : END;
}

export function isUnended(event) {
  return column.took[event] === MISSING && kindOf(event) !== "variable";
}

export function numbered(seq) {
  return column.seq.indexOf(seq);
}

export function textOf(number) {
  return number === MISSING ? "" : tables.texts[number];
}

export function placeOf(number) {
  const [short, full, inside] = number === MISSING ? ["", "", ""] : tables.places[number];
  return { short, full, inside };
}

export function layerOf(number) {
  const [label, className, name, path, framework, id] = tables.layers[number];
  return { label, className, name, path, framework, id };
}

export function errorOf(event) {
  if (column.error[event] === MISSING) return null;
  return errorNumber(column.error[event]);
}

export function errorNumber(number) {
  const [type, message, first, place, origin, raisedIn, subject] = tables.errors[number];
  return { type, message, first, place, origin: origin === 1, raisedIn, subject };
}

export function variableOf(event) {
  const [name, path, spec, initializer, source, parameters, trainable, deferred] =
    tables.variables[column.variable[event]];
  return { name, path, spec, initializer, source, parameters, trainable, deferred };
}

export function causeOf(event) {
  if (column.cause[event] === MISSING) return null;
  const [text, reason, changes, comparedWith, expected] = tables.causes[column.cause[event]];
  return { text, reason, changes, comparedWith, expected: expected === 1 };
}

// Whether a finding is about a mistake. Notes are not, and mark no events.
export function isProblem({ severity }) {
  return severity !== "note";
}

// The findings of each event, the most severe first.
export const marks = new Map();
for (const finding of data.findings.filter(isProblem)) {
  for (const [, , events] of finding.evidence) {
    for (const [, event] of events) {
      if (event === MISSING) continue;
      if (!marks.has(event)) marks.set(event, []);
      if (!marks.get(event).includes(finding)) marks.get(event).push(finding);
    }
  }
}
