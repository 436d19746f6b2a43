// The tab of lives: which layer was created, built and called, in which chapter and pass. Only visible rows exist.

import { button, byId, el } from "./elements.js";
import { hideLifeCard, showLifeCard } from "./lifecard.js";
import { cellsShown, rowElement } from "./lifecells.js";
import { lifeColumns, lifeRows } from "./lifedata.js";
import { headElements, legendItems, ruleElements } from "./lifeheads.js";
import { layOutLife, lifeLayout } from "./lifelayout.js";
import {
  areMembersShown,
  canOpenLife,
  closeAllLives,
  closeLife,
  findLives,
  FIRST_LIFE_ROWS,
  isLifeOpen,
  layOutLives,
  life,
  lineAround,
  openAllLives,
  openLife,
  openLifeAtFirst,
  showMembers,
} from "./lifeoutline.js";
import { follow } from "./links.js";
import { data } from "./timeline.js";
import { MISSING, thousands } from "./words.js";

const ROWS_OUT_OF_SIGHT = 12;
const MOST_PRINTED_ROWS = 400;
const NARROW = matchMedia("(max-width: 600px)");
const drawnLives = new Map();
const chartState = { asked: false, whole: false, fitted: 0, height: 26 };

const chartBox = () => byId("chart");
const chartRows = () => byId("chart-rows");

function chartSize(name) {
  return parseFloat(getComputedStyle(chartBox()).getPropertyValue(name));
}

// Drawing.

function linesInSight() {
  if (chartState.whole) return [0, Math.min(life.rows.length, MOST_PRINTED_ROWS)];
  const { height } = chartState;
  const box = chartBox();
  const from = Math.floor(box.scrollTop / height) - ROWS_OUT_OF_SIGHT;
  const to = Math.ceil((box.scrollTop + box.clientHeight) / height) + ROWS_OUT_OF_SIGHT;
  return [Math.max(from, 0), Math.min(to, life.rows.length)];
}

function drawLivesInSight() {
  const [from, to] = linesInSight();
  for (const [line, element] of drawnLives) {
    if (line >= from && line < to) continue;
    element.remove();
    drawnLives.delete(line);
  }
  const fresh = document.createDocumentFragment();
  for (let line = from; line < to; line++) {
    if (drawnLives.has(line)) continue;
    const element = rowElement(line, chartState.height);
    drawnLives.set(line, element);
    fresh.append(element);
  }
  chartRows().append(fresh);
  markActiveLife();
}

function redrawLives() {
  drawnLives.clear();
  chartRows().replaceChildren();
  chartState.height = chartSize("--life-row"); // asking for each row would restyle the page as often
  chartRows().style.height = `${life.rows.length * chartState.height}px`;
  chartBox().setAttribute("aria-rowcount", `${life.rows.length + 1}`);
  drawLivesInSight();
}

function askToDrawLives() {
  if (chartState.asked) return;
  chartState.asked = true;
  requestAnimationFrame(() => {
    chartState.asked = false;
    drawLivesInSight();
  });
}

function relayOutLives() {
  layOutLives();
  redrawLives();
  chartRows().prepend(...ruleElements());
}

// Moving.

function markActiveLife() {
  const box = chartBox();
  for (const element of chartRows().querySelectorAll(".active")) element.classList.remove("active");
  const id = life.cell === MISSING ? `life-${life.active}` : `life-${life.active}-${life.cell}`;
  const element = byId(id);
  if (!element) return box.removeAttribute("aria-activedescendant");
  element.classList.add("active");
  element.parentElement.classList.add("active");
  box.setAttribute("aria-activedescendant", id);
}

function bringLifeIntoSight(line) {
  const box = chartBox();
  const { height } = chartState;
  const head = byId("chart-heads").offsetHeight;
  const top = line * height;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + height + head > box.scrollTop + box.clientHeight)
    box.scrollTop = top + height + head - box.clientHeight;
  if (life.cell === MISSING) return;
  const { x, width } = lifeColumns[life.cell];
  const names = chartSize("--life-names");
  if (x - names < box.scrollLeft) box.scrollLeft = x - names - 8;
  else if (x + width > box.scrollLeft + box.clientWidth) box.scrollLeft = x + width - box.clientWidth + 8;
}

function goToLife(line, cell = life.cell) {
  life.active = life.rows[line].at;
  life.cell = cell !== MISSING && life.rows[line].cells.has(cell) ? cell : MISSING;
  bringLifeIntoSight(line);
  drawLivesInSight();
  const element = byId(chartBox().getAttribute("aria-activedescendant"));
  if (element) showLifeCard(life.rows[line], life.cell, element.getBoundingClientRect());
}

function toggleLife(row) {
  if (!canOpenLife(row)) return;
  if (isLifeOpen(row)) closeLife(row);
  else openLife(row);
  relayOutLives();
}

function toggleMembers(row) {
  if (areMembersShown(row)) closeLife(row);
  else showMembers(row);
  relayOutLives();
}

function followCell(row, at) {
  const event = row.cells.get(at)?.find((mark) => mark.event !== MISSING)?.event ?? MISSING;
  hideLifeCard();
  if (event !== MISSING) follow(event);
}

function nextCell(row, step) {
  const columns = cellsShown(row)
    .map(([at]) => at)
    .sort((a, b) => a - b);
  const at = columns.indexOf(life.cell) + step;
  return at < 0 || !columns.length ? MISSING : columns[Math.min(at, columns.length - 1)];
}

const LIFE_KEYS = {
  ArrowDown: (line) => goToLife(Math.min(line + 1, life.rows.length - 1)),
  ArrowUp: (line) => goToLife(Math.max(line - 1, 0)),
  Home: () => goToLife(0),
  End: () => goToLife(life.rows.length - 1),
  PageDown: (line) => goToLife(Math.min(line + 20, life.rows.length - 1)),
  PageUp: (line) => goToLife(Math.max(line - 20, 0)),
  ArrowRight(line, row) {
    if (life.cell === MISSING && canOpenLife(row) && !isLifeOpen(row)) toggleLife(row);
    else goToLife(line, nextCell(row, life.cell === MISSING ? 1 : 1));
  },
  ArrowLeft(line, row) {
    if (life.cell !== MISSING) goToLife(line, nextCell(row, -1));
    else if (isLifeOpen(row)) toggleLife(row);
    else if (lineAround(line) !== MISSING) goToLife(lineAround(line));
  },
  Enter(_, row) {
    if (life.cell !== MISSING) followCell(row, life.cell);
    else if (row.sort === "alike") toggleMembers(row);
    else toggleLife(row);
  },
  Escape: () => hideLifeCard(),
};

function onLifeKey(pressed) {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || pressed.target !== chartBox()) return;
  const line = life.lineOf.get(life.active) ?? 0;
  if (!Object.hasOwn(LIFE_KEYS, pressed.key) || !life.rows.length) return;
  pressed.preventDefault();
  LIFE_KEYS[pressed.key](line, life.rows[line]);
}

function lifeAt(target) {
  const element = target.closest?.(".life");
  if (!element) return null;
  const cell = target.closest("[data-column]");
  return {
    row: lifeRows[Number(element.dataset.row)],
    at: cell ? Number(cell.dataset.column) : MISSING,
    box: (cell?.firstElementChild ?? target.closest(".name"))?.getBoundingClientRect(),
  };
}

function onLifeClick(clicked) {
  const hit = lifeAt(clicked.target);
  if (hit && clicked.target.closest(".fold")) toggleMembers(hit.row);
  if (!hit || clicked.target.closest("button")) return;
  life.active = hit.row.at;
  life.cell = hit.at;
  if (hit.at !== MISSING) followCell(hit.row, hit.at);
  else if (clicked.target.closest(".name")) toggleLife(hit.row);
  markActiveLife();
}

function onLifeHover(moved) {
  const hit = lifeAt(moved.target);
  if (hit?.box) showLifeCard(hit.row, hit.at, hit.box);
  else hideLifeCard();
}

function printLives(whole) {
  if (chartState.whole === whole || !chartRows()) return;
  chartState.whole = whole;
  redrawLives();
}

function startChart() {
  const box = chartBox();
  box.addEventListener("scroll", () => {
    hideLifeCard();
    askToDrawLives();
  });
  box.addEventListener("keydown", onLifeKey);
  box.addEventListener("click", onLifeClick);
  box.addEventListener("mouseover", onLifeHover);
  box.addEventListener("mouseleave", hideLifeCard);
  box.addEventListener("blur", hideLifeCard);
  new ResizeObserver(() => (chartState.fitted === box.clientWidth ? askToDrawLives() : fitChart())).observe(
    box,
  );
  addEventListener("beforeprint", () => printLives(true));
  addEventListener("afterprint", () => printLives(false));
  matchMedia("print").addEventListener("change", (changed) => printLives(changed.matches));
  NARROW.addEventListener("change", fitChart);
}

// What stands to the left of the columns, from the widest choice to the narrowest.
const LEFT_SIDES = [
  { classes: [], params: 190 },
  { classes: ["without-outputs"], params: 80 },
  { classes: ["without-outputs", "without-params"], params: 0 },
];

function fitChart() {
  const { length } = LEFT_SIDES;
  for (const { classes, params } of NARROW.matches ? LEFT_SIDES.slice(length - 1) : LEFT_SIDES) {
    chartBox().classList.remove("without-outputs", "without-params");
    chartBox().classList.add(...classes);
    layOutLife(chartSize("--life-names") + params, NARROW.matches);
    if (lifeLayout.width <= chartBox().clientWidth) break;
  }
  chartState.fitted = chartBox().clientWidth;
  byId("chart-heads").replaceChildren(...headElements());
  for (const id of ["chart-heads", "chart-rows"]) byId(id).style.width = `${lifeLayout.width}px`;
  redrawLives();
  chartRows().prepend(...ruleElements());
}

export const LIVES = lifeRows.reduce((count, row) => count + (row.sort === "layer" ? 1 : 0), 0);

export function sieveLives(text) {
  if (!lifeRows.length) return "";
  const hits = findLives(text);
  relayOutLives();
  return life.found ? `${thousands(hits)} of ${thousands(LIVES)}` : "";
}

export function fillLives() {
  const isEmpty = !lifeRows.length;
  byId("lives").append(
    el("h2", { class: "printed" }, "Lives"),
    isEmpty ? el("p", { class: "quiet" }, "No layer was created, built or called during the recording.") : "",
  );
  if (isEmpty) return;
  byId("lives").append(
    el(
      "div",
      { class: "life-tools" },
      el("ul", { class: "life-legend", "aria-label": "Signs" }, legendItems()),
      el(
        "span",
        { class: "buttons act" },
        button("expand all", () => (openAllLives(), relayOutLives())),
        button("collapse all", () => (closeAllLives(), relayOutLives())),
      ),
    ),
    el(
      "div",
      {
        id: "chart",
        role: "treegrid",
        tabindex: "0",
        "aria-label": "Lives of layers: rows are layers, columns are passes",
        "aria-colcount": `${lifeColumns.length + 1}`,
      },
      el("div", { id: "chart-heads", role: "row", "aria-rowindex": "1" }),
      el("div", { id: "chart-rows", role: "rowgroup" }),
    ),
    data.chart.leftOut ? el("p", { class: "quiet left-out" }, data.chart.leftOut) : "",
    el("div", { id: "life-card", class: "life-card", hidden: true, role: "tooltip" }),
  );
  openLifeAtFirst(FIRST_LIFE_ROWS);
  layOutLives();
  fitChart();
  startChart();
}
