// The lines of the tree: events, folded stretches of repeated siblings, threads, and statements of the program.
//
// A node is a number: first the events, then the folded stretches, then the threads, then the chapters, each of which
// is a statement and has the top-level events that it caused.

import { data, errorOf, EVENTS, isUnended, column, parents, summed, tables, unpacked } from "./timeline.js";
import { MISSING } from "./words.js";

const FOLDS = data.folds.count;
export const foldFirst = summed(unpacked(data.folds.first, FOLDS));
export const foldSiblings = unpacked(data.folds.siblings, FOLDS);
export const foldTimes = unpacked(data.folds.times, FOLDS);
// 0 for equal siblings, 1 for siblings that are alike in other layers, 2 for plumbing, which has a label.
export const foldSort = unpacked(data.folds.alike, FOLDS);
export const foldLabel = unpacked(data.folds.label, FOLDS);
export const isPlumbing = (node) => isFold(node) && foldSort[node - EVENTS] === 2;

const [childStart, kids] = (() => {
  const start = new Int32Array(EVENTS + 1);
  for (let event = 0; event < EVENTS; event++) if (parents[event] !== MISSING) start[parents[event] + 1]++;
  summed(start);
  const next = start.slice();
  const children = new Int32Array(start[EVENTS]);
  for (let event = 0; event < EVENTS; event++) {
    if (parents[event] !== MISSING) children[next[parents[event]]++] = event;
  }
  return [start, children];
})();

const rootsByThread = new Map();
for (let event = 0; event < EVENTS; event++) {
  if (parents[event] !== MISSING) continue;
  const thread = column.thread[event];
  if (!rootsByThread.has(thread)) rootsByThread.set(thread, []);
  rootsByThread.get(thread).push(event);
}
export const threads = [...rootsByThread.keys()];

// The number of events of each thread.
export const eventsBelow = new Map(threads.map((thread) => [thread, 0]));
{
  const root = new Int32Array(EVENTS);
  for (let event = 0; event < EVENTS; event++) {
    root[event] = parents[event] === MISSING ? event : root[parents[event]];
    const thread = column.thread[root[event]];
    eventsBelow.set(thread, eventsBelow.get(thread) + 1);
  }
}

const HEADS = EVENTS + FOLDS;
const CHAPTERS = HEADS + threads.length;
const NODES = CHAPTERS + data.chapters.length;

export const chapters = data.chapters.map(
  ([first, size, place, numbers, source, called, times, took, story, findings], at) => ({
    node: CHAPTERS + at,
    first,
    size,
    place,
    numbers,
    source,
    called,
    times,
    took,
    story,
    findings: findings.map((number) => data.findings[number]),
  }),
);

// The chapter of each top-level event.
column.chapter = new Int32Array(EVENTS).fill(MISSING);
chapters.forEach(({ first, size }, at) => {
  const row = rootsByThread.get(column.thread[first]);
  const start = row.indexOf(first);
  for (let root = start; root < start + size; root++) column.chapter[row[root]] = at;
});
tables.chapters = chapters;

const MOST_AT_FIRST = 8;
const MOST_PUSHED_OUT = 2;
const FEWEST_IN_SIGHT = 4;

export const isFold = (node) => node >= EVENTS && node < EVENTS + FOLDS;
// Whether a node is neither an event nor a stretch of events: a thread or a chapter.
export const isHead = (node) => node >= HEADS;
export const isChapter = (node) => node >= CHAPTERS;
export const isThread = (node) => node >= HEADS && node < CHAPTERS;
export const threadOf = (node) => threads[node - HEADS];
export const chapterOf = (node) => chapters[node - CHAPTERS];

function rootsOfChapter({ first, size }) {
  const row = rootsByThread.get(column.thread[first]);
  const start = row.indexOf(first);
  return row.slice(start, start + size);
}

function siblingsOf(event) {
  return parents[event] === MISSING ? rootsByThread.get(column.thread[event]) : childrenOf(parents[event]);
}

export function childrenOf(event) {
  return kids.subarray(childStart[event], childStart[event + 1]);
}

// The stretch of each event, and the index of the first event of each stretch among its siblings.
const foldOf = new Int32Array(EVENTS).fill(MISSING);
const foldAt = new Int32Array(FOLDS);
{
  const place = new Map();
  for (let fold = 0; fold < FOLDS; fold++) {
    const siblings = siblingsOf(foldFirst[fold]);
    const row = parents[foldFirst[fold]] === MISSING ? siblings : parents[foldFirst[fold]];
    let at = place.get(row) ?? 0;
    while (siblings[at] !== foldFirst[fold]) at++;
    foldAt[fold] = at;
    for (let member = 0; member < foldSiblings[fold]; member++) foldOf[siblings[at + member]] = fold;
    place.set(row, at + foldSiblings[fold]);
  }
}

export function membersOf(fold) {
  return siblingsOf(foldFirst[fold]).slice(foldAt[fold], foldAt[fold] + foldSiblings[fold]);
}

// The events that match the search and the filters; null for all.
export const view = { folding: true, byChapter: true, hits: null, shown: null, inside: null };

function hasChapters() {
  return view.byChapter && chapters.length > 0;
}

export const AS_IS = 0;
const OPEN = 1;
const CLOSED = 2;
const opened = new Uint8Array(NODES);
export const openedInHits = new Uint8Array(NODES);

export function setOpen(node, open) {
  (view.hits ? openedInHits : opened)[node] = open ? OPEN : CLOSED;
}

export function isOpen(node) {
  const state = (view.hits ? openedInHits : opened)[node];
  if (state !== AS_IS) return state === OPEN;
  if (isHead(node)) return isThread(node) || view.hits !== null;
  return view.hits !== null && node < EVENTS && view.inside[node] > 0;
}

export function canOpen(node) {
  if (node >= EVENTS) return true;
  return view.hits ? view.inside[node] > 0 : childStart[node + 1] > childStart[node];
}

export function isShown(event) {
  return view.shown === null || view.shown[event] === 1;
}

// The children of a node; for MISSING, the top level.
export function below(node) {
  if (node === MISSING) {
    if (threads.length > 1) return threads.map((_, index) => HEADS + index).filter(hasShown);
    return threads.length ? belowThread(threads[0]) : [];
  }
  if (isChapter(node)) return gathered(rootsOfChapter(chapterOf(node)));
  if (isThread(node)) return belowThread(threadOf(node));
  if (isFold(node)) return [...membersOf(node - EVENTS)];
  return gathered(childrenOf(node));
}

function belowThread(thread) {
  if (!hasChapters()) return gathered(rootsByThread.get(thread));
  const own = chapters.filter(({ first }) => column.thread[first] === thread);
  return own.filter((chapter) => rootsOfChapter(chapter).some(isShown)).map((chapter) => chapter.node);
}

function hasShown(thread) {
  return rootsByThread.get(threadOf(thread)).some(isShown);
}

function gathered(siblings) {
  const nodes = [];
  for (let at = 0; at < siblings.length; at++) {
    const fold = view.folding ? foldOf[siblings[at]] : MISSING;
    if (fold === MISSING) {
      if (isShown(siblings[at])) nodes.push(siblings[at]);
      continue;
    }
    const stretch = siblings.slice(at, at + foldSiblings[fold]);
    at += stretch.length - 1;
    // If a search finds only some events of a stretch, they are shown one by one.
    if (view.shown === null || stretch.every(isShown)) nodes.push(EVENTS + fold);
    else for (const event of stretch) if (isShown(event)) nodes.push(event);
  }
  return nodes;
}

// The lines from top to bottom: nodes, their levels, and their positions among their siblings.
export const lines = { count: 0, node: [], level: [], place: [], siblings: [], at: new Int32Array(NODES) };

export function layOut() {
  lines.at.fill(MISSING);
  const node = [];
  const level = [];
  const place = [];
  const siblings = [];
  const waiting = [{ row: below(MISSING), next: 0 }];
  while (waiting.length) {
    const top = waiting[waiting.length - 1];
    if (top.next === top.row.length) {
      waiting.pop();
      continue;
    }
    const current = top.row[top.next++];
    lines.at[current] = node.length;
    node.push(current);
    level.push(waiting.length);
    place.push(top.next);
    siblings.push(top.row.length);
    if (canOpen(current) && isOpen(current)) waiting.push({ row: below(current), next: 0 });
  }
  Object.assign(lines, { count: node.length, node, level, place, siblings });
}

// The node that encloses a node in the tree.
export function around(node) {
  if (isThread(node)) return MISSING;
  if (isChapter(node)) return threadAround(chapterOf(node).first);
  const first = isFold(node) ? foldFirst[node - EVENTS] : node;
  if (!isFold(node) && foldOf[node] !== MISSING && view.folding) {
    const fold = EVENTS + foldOf[node];
    if (!view.shown || membersOf(foldOf[node]).every(isShown)) return fold;
  }
  if (parents[first] !== MISSING) return parents[first];
  return hasChapters() ? CHAPTERS + column.chapter[first] : threadAround(first);
}

function threadAround(event) {
  return threads.length > 1 ? HEADS + threads.indexOf(column.thread[event]) : MISSING;
}

export function reveal(event) {
  for (let node = around(event); node !== MISSING; node = around(node)) setOpen(node, true);
}

// At first, the chapters that matter most are open as far as they fit, and of a short recording as many levels as fit a few screens.
export function openAtFirst(most, mostInChapters) {
  if (chapters.length) openChapters(mostInChapters);
  else openLevels(most);
  importantEvents().forEach(reveal);
}

function openChapters(most) {
  let room = most - chapters.length;
  byImportance().forEach((chapter, rank) => {
    const size = below(chapter.node).length;
    const after = chapters.length - 1 - chapters.indexOf(chapter);
    // One that is longer than the screen opens if it hides hardly any others.
    const isLongButAlone = rank === 0 ? after <= MOST_PUSHED_OUT : after === 0 && room >= FEWEST_IN_SIGHT;
    if (size > room && !isLongButAlone) return;
    room -= size;
    opened[chapter.node] = OPEN;
  });
}

// What is wrong comes first, then what took longest.
function byImportance() {
  return chapters.toSorted((a, b) => hasFindings(b) - hasFindings(a) || b.took - a.took);
}

function hasFindings({ findings }) {
  return findings.length > 0;
}

function openLevels(most) {
  let level = below(MISSING);
  let room = most - level.length;
  while (level.length) {
    const next = [];
    for (const node of level) {
      if (!canOpen(node) || isFold(node)) continue;
      const inside = below(node);
      if (inside.length > room) continue;
      room -= inside.length;
      opened[node] = OPEN;
      next.push(...inside);
    }
    level = next;
  }
}

// What ended the recording, the last and the first failures, and events still running at the end.
function importantEvents() {
  const failures = [];
  const running = new Map();
  for (let event = 0; event < EVENTS; event++) {
    if (errorOf(event)?.origin) failures.push(event);
    if (isUnended(event)) running.set(column.thread[event], event);
  }
  const ended = data.failure ? data.failure[4] : MISSING;
  const important = [ended, ...failures.slice(-1), ...failures.slice(0, 2), ...running.values()];
  return important.filter((event) => event !== MISSING).slice(0, MOST_AT_FIRST);
}

export function openAll(open) {
  for (let node = 0; node < NODES; node++) {
    if (canOpen(node)) setOpen(node, open);
  }
}

export function firstOf(node) {
  if (isChapter(node)) return chapterOf(node).first;
  if (isThread(node)) return rootsByThread.get(threadOf(node))[0];
  return isFold(node) ? foldFirst[node - EVENTS] : node;
}

export function numberOf(node) {
  if (isHead(node)) return "";
  return `${column.seq[isFold(node) ? foldFirst[node - EVENTS] : node]}`;
}
