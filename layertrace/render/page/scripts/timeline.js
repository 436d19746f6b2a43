// The recording: columns of numbers, one entry for each event, and the tables they point into.

const data = JSON.parse(byId("data").textContent);
const { tables, kinds: KINDS, modes: MODES } = data;
const EVENTS = data.events;

function unpacked(column, length = EVENTS, Kind = Int32Array) {
  const made = new Kind(length);
  if (typeof column === "number") return made.fill(column);
  if (Array.isArray(column)) return Kind.from(column);
  made.fill(MISSING);
  let at = 0;
  column.after.forEach((step, index) => {
    at += step;
    made[at] = column.is[index];
  });
  return made;
}

function summed(column) {
  for (let index = 1; index < column.length; index++) column[index] += column[index - 1];
  return column;
}

const of = {};
for (const [name, column] of Object.entries(data.columns)) {
  of[name] = unpacked(column, EVENTS, name === "start" || name === "took" ? Float64Array : Int32Array);
}
summed(of.seq);
summed(of.start);

const parent = of.inside.map((distance, index) => (distance === MISSING ? MISSING : index - distance));

// From when to when there is something to draw: what came before the first event, such as the import of
// TensorFlow, is none, and what had not ended with the last one is drawn up to there.
const [BEGIN, END] = (() => {
  let first = EVENTS ? Infinity : 0, last = 0;
  for (let event = 0; event < EVENTS; event++) {
    first = Math.min(first, of.start[event]);
    last = Math.max(last, of.start[event] + Math.max(of.took[event], 0));
  }
  last = Math.max(last, first + 1000);
  return [Math.max(first - (last - first) * 0.02, 0), last];
})();

function kindOf(event) {
  return KINDS[of.kind[event]];
}

function endOf(event) {
  if (of.took[event] !== MISSING) return of.start[event] + of.took[event];
  return kindOf(event) === "variable" ? of.start[event] : END;
}

function isUnended(event) {
  return of.took[event] === MISSING && kindOf(event) !== "variable";
}

function numbered(seq) {
  return of.seq.indexOf(seq);
}

function textOf(number) {
  return number === MISSING ? "" : tables.texts[number];
}

function placeOf(number) {
  const [short, full, inside] = number === MISSING ? ["", "", ""] : tables.places[number];
  return { short, full, inside };
}

function layerOf(number) {
  const [label, className, name, path, framework, id] = tables.layers[number];
  return { label, className, name, path, framework, id };
}

function errorOf(event) {
  if (of.error[event] === MISSING) return null;
  return errorNumber(of.error[event]);
}

function errorNumber(number) {
  const [type, message, first, place, origin, raisedIn, subject] = tables.errors[number];
  return { type, message, first, place, origin: origin === 1, raisedIn, subject };
}

function variableOf(event) {
  const [name, path, spec, initializer, source, parameters, trainable, deferred] =
    tables.variables[of.variable[event]];
  return { name, path, spec, initializer, source, parameters, trainable, deferred };
}

function causeOf(event) {
  if (of.cause[event] === MISSING) return null;
  const [text, reason, changes, comparedWith] = tables.causes[of.cause[event]];
  return { text, reason, changes, comparedWith };
}

// The findings that an event shows, the gravest first.
const marks = new Map();
for (const finding of data.findings) {
  for (const [, , events] of finding.evidence) {
    for (const [, event] of events) {
      if (event === MISSING) continue;
      if (!marks.has(event)) marks.set(event, []);
      if (!marks.get(event).includes(finding)) marks.get(event).push(finding);
    }
  }
}
