// Describe what the pointer or the keyboard is at in the life chart: layer, pass, shapes, time and place.

import { byId, el } from "./elements.js";
import { dataCell } from "./line.js";
import {
  RAISED,
  lifeColumns,
  lifeLayer,
  lifeLetter,
  lifeName,
  lifePass,
  lifeTimes,
  lifeWords,
} from "./lifedata.js";
import { column, errorOf, placeOf } from "./timeline.js";
import { counted, duration, MISSING, thousands } from "./words.js";

const AWAY = 14;

function markLine(mark, at) {
  const { event, sign, count } = mark;
  const facts = [];
  if (event !== MISSING) {
    if (column.took[event] !== MISSING) facts.push(duration(column.took[event]));
    if (column.place[event] !== MISSING) facts.push(placeOf(column.place[event]).short);
    facts.push(`event ${thousands(column.seq[event])}`);
  }
  const error = sign === RAISED && event !== MISSING ? errorOf(event) : null;
  return el(
    "li",
    {},
    el("b", {}, `${lifeLetter(sign, at)} `),
    lifeWords(sign, at),
    count > 1 ? ` ×${thousands(count)}, first: ` : " ",
    event === MISSING ? "" : dataCell(event),
    error ? el("span", { class: "failed" }, ` ${error.type}: ${error.first}`) : "",
    el("span", { class: "quiet" }, ` ${facts.join(" · ")}`),
  );
}

function cardContents(row, at) {
  const layer = lifeLayer(row);
  const times = lifeTimes(row);
  const head = el("p", {}, el("b", {}, lifeName(row)), el("span", { class: "quiet" }, ` ${row.className}`));
  const facts = [
    layer && layer.path !== layer.name ? layer.path : "",
    times > 1 ? `${thousands(times)} that are alike` : "",
    row.sort === "group" ? `${counted(row.layers, "layer")} together` : "",
    at === MISSING && row.outputs ? `output ${row.outputs}` : "",
    at === MISSING && row.parameters ? counted(row.parameters, "parameter") : "",
  ].filter(Boolean);
  const parts = [head, facts.length ? el("p", { class: "quiet" }, facts.join(" · ")) : ""];
  if (at === MISSING) return parts;
  const { chapter } = lifeColumns[at];
  const where = [chapter.file && chapter.lines ? `${chapter.file}:${chapter.lines}` : "", chapter.source];
  return [
    ...parts,
    el("p", { class: "quiet" }, `${lifePass(at)} · ${where.filter(Boolean).join("  ")}`),
    el(
      "ul",
      {},
      (row.cells.get(at) ?? []).map((mark) => markLine(mark, at)),
    ),
  ];
}

export function showLifeCard(row, at, box) {
  const card = byId("life-card");
  card.replaceChildren(...cardContents(row, at).filter(Boolean));
  card.hidden = false;
  const { width, height } = card.getBoundingClientRect();
  const below = box.bottom + AWAY + height < innerHeight;
  card.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
  card.style.top = `${Math.max(8, below ? box.bottom + AWAY : box.top - AWAY - height)}px`;
}

export function hideLifeCard() {
  byId("life-card").hidden = true;
}
