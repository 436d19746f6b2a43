// The life chart as data: its columns from left to right, and its rows with those inside them.

import { data, layerOf, MODES } from "./timeline.js";
import { MISSING } from "./words.js";

const SORTS = ["layer", "group", "alike", "outside"];
export const INIT = 0;
export const BUILD = 1;
export const VARIABLE = 2;
export const CALL = 3;
export const VARIABLE_IN_CALL = 4;
export const RAISED = 5;

const CALL_LETTERS = { eager: "e", symbolic: "s", graph: "t" };

export const lifeColumns = [];
export const lifeChapters = data.chart.chapters.map(
  ([lines, file, source, short, statements, thread, time, event, groups]) => ({
    lines,
    file,
    source,
    short,
    statements,
    thread,
    time,
    event,
    from: lifeColumns.length,
    groups: groups.map(([label, runs, mode, findings, labels]) => {
      const from = lifeColumns.length;
      for (const each of labels) lifeColumns.push({ label: each, group: label, mode: MODES[mode] });
      return {
        label,
        runs,
        mode: MODES[mode],
        findings: findings.map((at) => data.findings[at]),
        from,
        to: lifeColumns.length,
      };
    }),
  }),
);
for (const chapter of lifeChapters) {
  chapter.to = Math.max(...chapter.groups.map((group) => group.to), chapter.from);
  for (let at = chapter.from; at < chapter.to; at++) lifeColumns[at].chapter = chapter;
}

// The marks of each cell: rows that look the same share their look, and have the first event of each mark.
function lifeCells(look, steps) {
  const cells = new Map();
  let event = 0;
  let step = 0;
  for (const [at, ...numbers] of data.chart.looks[look]) {
    const marksOfCell = [];
    for (let number = 0; number < numbers.length; number += 2) {
      event += steps[step++];
      marksOfCell.push({ sign: numbers[number], count: numbers[number + 1], event });
    }
    cells.set(at, marksOfCell);
  }
  return cells;
}

function lifeRow(
  [sort, parent, name, className, layer, outputs, parameters, layers, look, steps, findings, remark, errors],
  at,
) {
  return {
    at,
    sort: SORTS[sort],
    parent,
    name,
    className,
    layer,
    outputs,
    parameters,
    layers,
    cells: lifeCells(look, steps),
    findings: findings.map((number) => data.findings[number]),
    remark,
    errors,
    inside: [],
  };
}

export const lifeRows = data.chart.rows.map(lifeRow);
export const lifeTop = [];
for (const row of lifeRows) (row.parent === MISSING ? lifeTop : lifeRows[row.parent].inside).push(row);
// Descendants come after their ancestors.
for (const row of lifeRows.toReversed()) {
  row.troubles = new Set([...row.findings, ...row.inside.flatMap((child) => [...child.troubles])]);
}

// Whether a row stands for different layers: its cells are then their sums.
export function isLifeGroup(row) {
  return row.sort === "group" || (row.sort === "alike" && row.inside[0].sort === "group");
}

export function lifeTimes(row) {
  return row.sort === "alike" ? row.inside.length : 1;
}

// What a row that stands for several shows when it is opened: the inside of the first.
export function lifeSample(row) {
  return row.sort === "alike" ? row.inside[0].inside : row.inside;
}

export function lifeName(row) {
  return row.name;
}

export function lifeLayer(row) {
  return row.layer === MISSING ? null : layerOf(row.layer);
}

export function lifeLetter(sign, at) {
  if (sign === INIT) return "i";
  if (sign === BUILD) return "b";
  if (sign === CALL) return CALL_LETTERS[lifeColumns[at].mode];
  return sign === RAISED ? "✗" : "·";
}

const SIGN_WORDS = {
  [INIT]: "init",
  [BUILD]: "build",
  [VARIABLE]: "variable",
  [VARIABLE_IN_CALL]: "variable created in call",
  [RAISED]: "error",
};
const CALL_WORDS = { eager: "eager call", symbolic: "symbolic call", graph: "traced call" };

export function lifeWords(sign, at) {
  return sign === CALL ? CALL_WORDS[lifeColumns[at].mode] : SIGN_WORDS[sign];
}

export function lifePass(at) {
  const { label, group, mode } = lifeColumns[at];
  if (mode !== "graph") return mode;
  return label ? `trace ${label} of ${group}` : group;
}
