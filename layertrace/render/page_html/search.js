// Find events by words, kinds, modes and layers: first in the tables, then by one pass over the columns.

const wanted = { text: "", layer: "", kinds: new Set(), modes: new Set(), failed: false };

function isFiltered() {
  return Boolean(wanted.text.trim() || wanted.layer.trim() || wanted.kinds.size || wanted.modes.size || wanted.failed);
}

// Each table in small letters, made when it is first searched.
const haystacks = new Map();

function haystack(name) {
  if (!haystacks.has(name)) {
    const rows = name === "kinds" ? KINDS : name === "modes" ? MODES : tables[name];
    haystacks.set(name, rows.map((row) => textsIn(row).join("\n").toLowerCase()));
  }
  return haystacks.get(name);
}

function textsIn(row) {
  return [row].flat(Infinity).filter((part) => typeof part === "string");
}

const SEARCHED = [
  ["kinds", "kind"], ["modes", "mode"], ["layers", "layer"], ["functions", "function"], ["places", "place"],
  ["values", "inputs"], ["values", "outputs"], ["values", "arguments"], ["variables", "variable"],
  ["errors", "error"], ["causes", "cause"], ["texts", "where"], ["texts", "remarks"], ["texts", "thread"],
  ["texts", "flags"], ["texts", "strategy"],
];

// Take away the hits in which a word does not occur.
function keepWith(word, hits) {
  const columns = [];
  for (const [table, column] of SEARCHED) {
    const found = Uint8Array.from(haystack(table), (text) => (text.includes(word) ? 1 : 0));
    if (found.includes(1)) columns.push([of[column], found]);
  }
  const number = /^#?\d+$/.test(word) ? Number(word.replace("#", "")) : MISSING;
  for (let event = 0; event < EVENTS; event++) {
    if (!hits[event]) continue;
    let found = number === of.seq[event];
    for (let at = 0; !found && at < columns.length; at++) {
      const row = columns[at][0][event];
      found = row !== MISSING && columns[at][1][row] === 1;
    }
    if (!found) hits[event] = 0;
  }
}

// Layers by their whole name, class or path; by a glob; or else by a part of one of them.
function layersLike(text) {
  const low = text.trim().toLowerCase();
  const known = tables.layers.map((row) => row.slice(0, 4).map((name) => name.toLowerCase()));
  const glob = /[*?]/.test(low) ? asPattern(low) : null;
  const exact = known.some((names) => names.includes(low));
  return known.map((names) => names.some((name) =>
    glob ? glob.test(name) : exact ? name === low : name.includes(low)));
}

function asPattern(glob) {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

function find() {
  if (!isFiltered()) {
    Object.assign(view, { hits: null, shown: null, inside: null });
    return;
  }
  const hits = new Uint8Array(EVENTS).fill(1);
  const kinds = KINDS.map((kind) => !wanted.kinds.size || wanted.kinds.has(kind));
  const modes = MODES.map((mode) => !wanted.modes.size || wanted.modes.has(mode));
  const layers = wanted.layer.trim() ? layersLike(wanted.layer) : null;
  for (let event = 0; event < EVENTS; event++) {
    const ok = kinds[of.kind[event]] && modes[of.mode[event]]
      && (!wanted.failed || of.error[event] !== MISSING)
      && (layers === null || (of.layer[event] !== MISSING && layers[of.layer[event]]));
    if (!ok) hits[event] = 0;
  }
  for (const word of wanted.text.toLowerCase().split(/\s+/).filter(Boolean)) keepWith(word, hits);
  openedInHits.fill(AS_IS);
  Object.assign(view, { hits, ...spread(hits) });
}

// What has to be shown so that hits keep the events around them, and how many hits lie inside each.
function spread(hits) {
  const shown = hits.slice();
  const inside = new Int32Array(EVENTS);
  for (let event = EVENTS - 1; event >= 0; event--) {
    if (!shown[event] || parent[event] === MISSING) continue;
    shown[parent[event]] = 1;
    inside[parent[event]] += inside[event] + hits[event];
  }
  return { shown, inside };
}

function hitCount() {
  let count = 0;
  for (let event = 0; event < EVENTS; event++) count += view.hits[event];
  return count;
}

// The next hit after a node, or the one before it, around the end.
function neighbour(node, step) {
  const from = node === MISSING ? (step > 0 ? -1 : EVENTS) : isFold(node) ? foldFirst[node - EVENTS] : node;
  for (let gone = 1; gone <= EVENTS; gone++) {
    const event = (((from + step * gone) % EVENTS) + EVENTS) % EVENTS;
    if (view.hits === null || view.hits[event]) return event;
  }
  return MISSING;
}
