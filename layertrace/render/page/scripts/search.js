// Find events by words, kinds, modes and layers: first in the tables, then in one pass over the columns.

import { below, foldFirst, isFold, isHead, membersOf, threads, view } from "./outline.js";
import { EVENTS, KINDS, marks, MODES, column, parents, placeOf, tables } from "./timeline.js";
import { title } from "./titles.js";
import { MISSING } from "./words.js";

export const wanted = {
  text: "",
  layer: "",
  layerId: MISSING,
  kinds: new Set(),
  modes: new Set(),
  failed: false,
};

export function isFiltered() {
  return Boolean(
    wanted.text.trim() ||
    wanted.layer.trim() ||
    wanted.layerId !== MISSING ||
    wanted.kinds.size ||
    wanted.modes.size ||
    wanted.failed,
  );
}

// The searched texts of each table: those visible in the lines and the details, not internal ones. Threads are
// searched only if there are several.
const READ = {
  modes: (mode) => [mode],
  layers: ([label, className, name, path]) => [label, className, name, path],
  functions: (name) => [name],
  places: ([short]) => [short],
  files: ([, full]) => [full],
  values: (row) => row.flat(Infinity),
  variables: ([name, path, spec, initializer]) => [name, path, spec, initializer],
  errors: ([type, message, , place]) => [type, message, placeOf(place).short],
  causes: ([text, , changes]) => [text, ...changes.flat()],
  chapters: ({ source }) => [source],
  texts: (row) => [row].flat(Infinity).filter((part) => typeof part === "string"),
};

const SEARCHED = [
  ["modes", "mode"],
  ["layers", "layer"],
  ["functions", "function"],
  ["values", "inputs"],
  ["values", "outputs"],
  ["values", "arguments"],
  ["variables", "variable"],
  ["errors", "error"],
  ["causes", "cause"],
  ["texts", "where"],
  ["texts", "remarks"],
  ["texts", "others"],
  ["chapters", "chapter"],
  ...(threads.length > 1 ? [["texts", "thread"]] : []),
];

// Each table in lower case, created when it is first searched.
const haystacks = new Map();

function haystack(name) {
  if (!haystacks.has(name)) {
    const rows = name === "modes" ? MODES : tables[name === "files" ? "places" : name];
    haystacks.set(
      name,
      rows.map((row) => READ[name](row).join("\n").toLowerCase()),
    );
  }
  return haystacks.get(name);
}

// Words in lines and details that are not in a table.
const PROPERTIES = {
  failed: (event) => column.error[event] !== MISSING,
  refused: (event) => column.error[event] !== MISSING && column.variable[event] !== MISSING,
  replica: (event) => column.replica[event] !== MISSING,
  ...Object.fromEntries(KINDS.map((kind, at) => [kind, (event) => column.kind[event] === at])),
};
const NEVER = () => false;

// Words and symbols of the page itself, such as → and ✗, which a copied line or link contains besides the words
// to search for.
const GLUE = new Set(["of", "event"]);
const isGlue = (word) => GLUE.has(word) || !/[\p{L}\p{N}_]/u.test(word);

// The name of a kind is also searched in the names of layers and functions, but not in other texts of events.
const NAMES = [
  ["layers", "layer"],
  ["functions", "function"],
];

function keep(hits, test) {
  for (let event = 0; event < EVENTS; event++) if (hits[event] && !test(event)) hits[event] = 0;
}

// The columns of events that can contain a text, each with the rows of its table that do.
function columnsWith(text, places) {
  const columns = [];
  for (const [table, name] of places) {
    const matches = Uint8Array.from(haystack(table), (row) => (row.includes(text) ? 1 : 0));
    if (matches.includes(1)) columns.push([column[name], matches]);
  }
  return columns;
}

function isIn(columns, event) {
  for (let at = 0; at < columns.length; at++) {
    const row = columns[at][0][event];
    if (row !== MISSING && columns[at][1][row] === 1) return true;
  }
  return false;
}

// Only a text with a slash is searched in folders, which are the same for most events.
function everywhere(text) {
  return [...SEARCHED, [text.includes("/") ? "files" : "places", "place"]];
}

// Events that show a number: their own, that of the call, trace or replica, or the number of merged runs.
function numberedLike(word) {
  const [, sign, digits] = /^([#×]?)(\d[\d,]*)$/.exec(word) ?? [];
  if (digits === undefined) return NEVER;
  const number = Number(digits.replaceAll(",", ""));
  if (sign === "#") return (event) => column.seq[event] === number;
  if (sign === "×") return (event) => column.times[event] === number;
  return (event) =>
    column.seq[event] === number ||
    column.call[event] === number ||
    column.trace[event] === number ||
    column.replica[event] === number;
}

// Remove the hits that do not contain a word.
function keepWith(word, hits) {
  const isKind = KINDS.includes(word);
  const hasProperty = Object.hasOwn(PROPERTIES, word) ? PROPERTIES[word] : NEVER;
  const columns = columnsWith(word, isKind ? NAMES : everywhere(word));
  const numbered = numberedLike(word);
  const marked = isKind ? new Set() : markedWith(word);
  const isThere = (event) =>
    hasProperty(event) || numbered(event) || marked.has(event) || isIn(columns, event);
  if (hits.some((hit, event) => hit && isThere(event))) {
    keep(hits, isThere);
    return;
  }
  // Without punctuation: the colon after an exception, the brackets around a class.
  const bare = word.replace(/^[^\p{L}\p{N}_]+|[^\p{L}\p{N}_]+$/gu, "");
  if (bare === word || bare === "") hits.fill(0);
  else keepWith(bare, hits);
}

// The events of findings whose code or name contains a word.
function markedWith(word) {
  const marked = new Set();
  for (const [event, findings] of marks) {
    if (findings.some(({ code, name }) => `${code} ${name}`.toLowerCase().includes(word))) marked.add(event);
  }
  return marked;
}

// Remove the hits that do not contain a phrase of whole words, in their title or in a text: "call 3" does not match
// "call 30". While the closing quotation mark is missing, the last word may be incomplete.
function keepPhrase(phrase, closed, hits) {
  const plain = phrase.trim().replace(/\s+/g, " ");
  const columns = columnsWith(plain, everywhere(plain));
  keep(hits, (event) => {
    const words = ` ${title(event)} `.toLowerCase();
    return words.includes(closed ? ` ${plain} ` : ` ${plain}`) || isIn(columns, event);
  });
}

function keepText(text, hits) {
  const phrases = [];
  const left = text.toLowerCase().replace(/"([^"]*)("?)/g, (_, phrase, closing) => {
    if (phrase.trim()) phrases.push([phrase, closing !== ""]);
    return " ";
  });
  const words = left.split(/\s+/).filter(Boolean);
  const meant = words.filter((word) => !isGlue(word));
  for (const word of meant.length ? meant : words) keepWith(word, hits);
  for (const [phrase, closed] of phrases) keepPhrase(phrase, closed, hits);
}

// Layers by their whole name, class or path, preferably with the same case; by a glob; or by a part of one of
// them.
function layersLike(text) {
  const plain = text.trim();
  const low = plain.toLowerCase();
  const layers = tables.layers.map((row) => row.slice(0, 4));
  const glob = /[*?]/.test(low) ? asPattern(low) : null;
  const tests = glob
    ? [(name) => glob.test(name.toLowerCase())]
    : [
        (name) => name === plain,
        (name) => name.toLowerCase() === low,
        (name) => name.toLowerCase().includes(low),
      ];
  const like = tests.map((test) => layers.map((names) => names.some(test)));
  return like.find((matches) => matches.includes(true)) ?? like[0];
}

function asPattern(glob) {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

function layersWanted() {
  if (wanted.layerId !== MISSING) return tables.layers.map((_, layer) => layer === wanted.layerId);
  return wanted.layer.trim() ? layersLike(wanted.layer) : null;
}

export function findHits() {
  if (!isFiltered()) {
    Object.assign(view, { hits: null, shown: null, inside: null });
    return;
  }
  const hits = new Uint8Array(EVENTS).fill(1);
  const kinds = KINDS.map((kind) => !wanted.kinds.size || wanted.kinds.has(kind));
  const modes = MODES.map((mode) => !wanted.modes.size || wanted.modes.has(mode));
  // A mode alone means the calls in that mode.
  if (wanted.modes.size && !wanted.kinds.size) KINDS.forEach((kind, at) => (kinds[at] = kind === "call"));
  const layers = layersWanted();
  keep(
    hits,
    (event) =>
      kinds[column.kind[event]] &&
      modes[column.mode[event]] &&
      (!wanted.failed || column.error[event] !== MISSING) &&
      (layers === null || (column.layer[event] !== MISSING && layers[column.layer[event]])),
  );
  keepText(wanted.text, hits);
  Object.assign(view, { hits, ...spread(hits) });
}

// The events to show so that hits keep their ancestors, and the number of hits among the descendants of each.
function spread(hits) {
  const shown = hits.slice();
  const inside = new Int32Array(EVENTS);
  for (let event = EVENTS - 1; event >= 0; event--) {
    if (!shown[event] || parents[event] === MISSING) continue;
    shown[parents[event]] = 1;
    inside[parents[event]] += inside[event] + hits[event];
  }
  return { shown, inside };
}

export function hitCount() {
  let count = 0;
  for (let event = 0; event < EVENTS; event++) count += view.hits[event];
  return count;
}

// A folded stretch is a hit if all of its events are.
export function isHit(node) {
  if (isHead(node)) return false;
  return isFold(node)
    ? membersOf(node - EVENTS).every((event) => view.hits[event])
    : Boolean(view.hits[node]);
}

export function hitsInside(node) {
  if (isHead(node))
    return below(node).reduce(
      (sum, inner) => sum + hitsInside(inner) + (isFold(inner) ? 0 : view.hits[inner]),
      0,
    );
  if (!isFold(node)) return view.inside[node];
  let count = 0;
  for (const event of membersOf(node - EVENTS)) count += view.hits[event] + view.inside[event];
  return count;
}

// The next hit after a node, or the previous one, wrapping around.
export function neighbour(node, step) {
  const from = node === MISSING ? (step > 0 ? -1 : EVENTS) : isFold(node) ? foldFirst[node - EVENTS] : node;
  for (let gone = 1; gone <= EVENTS; gone++) {
    const event = (((from + step * gone) % EVENTS) + EVENTS) % EVENTS;
    if (view.hits === null || view.hits[event]) return event;
  }
  return MISSING;
}

// The active filters, in a form that can be stored.
export function filtersNow() {
  return { ...wanted, kinds: [...wanted.kinds], modes: [...wanted.modes] };
}

// The active filters, in words.
export function filtersInWords() {
  const { text, layer, kinds, modes, failed } = filtersNow();
  return [text.trim() && `“${text.trim()}”`, layer.trim(), ...kinds, ...modes, failed && "failed"]
    .filter(Boolean)
    .join(", ");
}
