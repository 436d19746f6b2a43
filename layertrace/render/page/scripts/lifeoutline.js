// Which rows of the life chart are open, and the visible rows from top to bottom.

import { lifeLayer, lifeRows, lifeSample, lifeTop } from "./lifedata.js";
import { MISSING } from "./words.js";

const SHUT = 0;
const OPEN_SAMPLE = 1; // a row that stands for several shows the inside of the first
const OPEN_MEMBERS = 2; // it shows all of them
const MOST_ALWAYS_OPEN = 2; // since a chart of one row shows nothing
export const FIRST_LIFE_ROWS = 36;

const openness = new Uint8Array(lifeRows.length);
export const life = { rows: [], depths: [], lineOf: new Map(), active: MISSING, cell: MISSING, found: null };

export function shownInside(row) {
  if (life.found) return row.inside.filter((child) => life.found.has(child.at));
  if (openness[row.at] === OPEN_MEMBERS) return row.inside;
  return openness[row.at] === OPEN_SAMPLE ? lifeSample(row) : [];
}

export function canOpenLife(row) {
  return row.inside.length > 0;
}

export function isLifeOpen(row) {
  if (life.found) return shownInside(row).length > 0;
  return openness[row.at] !== SHUT;
}

export function areMembersShown(row) {
  return openness[row.at] === OPEN_MEMBERS;
}

export function openLife(row) {
  openness[row.at] = lifeSample(row).length ? OPEN_SAMPLE : OPEN_MEMBERS;
}

export function showMembers(row) {
  openness[row.at] = OPEN_MEMBERS;
}

export function closeLife(row) {
  openness[row.at] = SHUT;
}

function isTroubled(row) {
  return lifeSample(row).some((child) => child.troubles.size || child.errors);
}

// Open level by level what fits, rows with findings and errors inside first.
export function openLifeAtFirst(limit) {
  let lines = lifeTop.length;
  let level = lifeTop;
  while (level.length) {
    const closed = level.filter((row) => lifeSample(row).length);
    for (const part of [closed.filter(isTroubled), closed.filter((row) => !isTroubled(row))]) {
      const cost = part.reduce((sum, row) => sum + lifeSample(row).length, 0);
      if (lines + cost > limit && (level !== lifeTop || level.length > MOST_ALWAYS_OPEN)) continue;
      lines += cost;
      part.forEach(openLife);
    }
    level = level.flatMap(shownInside);
  }
}

export function openAllLives() {
  for (const row of lifeRows) if (canOpenLife(row)) openness[row.at] = OPEN_MEMBERS;
}

export function closeAllLives() {
  openness.fill(SHUT);
  lifeTop.forEach((row) => row.inside.length && openLife(row));
}

export function layOutLives() {
  life.rows = [];
  life.depths = [];
  const top = life.found ? lifeTop.filter((row) => life.found.has(row.at)) : lifeTop;
  const waiting = top.map((row) => [row, 0]).toReversed();
  while (waiting.length) {
    const [row, depth] = waiting.pop();
    life.rows.push(row);
    life.depths.push(depth);
    const inside = shownInside(row);
    for (let at = inside.length - 1; at >= 0; at--) waiting.push([inside[at], depth + 1]);
  }
  life.lineOf = new Map(life.rows.map((row, line) => [row.at, line]));
  if (!life.lineOf.has(life.active)) life.active = life.rows.length ? life.rows[0].at : MISSING;
}

// Show only the layers with every word in their name, class, path or findings, and the rows around them.
export function findLives(text) {
  const wordsOfSearch = text.toLowerCase().split(/\s+/).filter(Boolean);
  life.found = wordsOfSearch.length ? new Set() : null;
  let hits = 0;
  for (const row of wordsOfSearch.length ? lifeRows : []) {
    if (row.sort !== "layer") continue;
    const codes = row.findings.map((finding) => finding.code);
    const searched = [row.name, row.className, lifeLayer(row)?.path, ...codes].join(" ").toLowerCase();
    if (!wordsOfSearch.every((word) => searched.includes(word))) continue;
    hits++;
    for (let at = row.at; at !== MISSING && !life.found.has(at); at = lifeRows[at].parent) life.found.add(at);
  }
  return hits;
}

// The line of the row that a row is shown inside of.
export function lineAround(line) {
  for (let before = line - 1; before >= 0; before--)
    if (life.depths[before] < life.depths[line]) return before;
  return MISSING;
}
