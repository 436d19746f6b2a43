// What stands around the tree: findings, notes, the exception at the end, functions and layers.

const MOST_ROWS_OF_A_TABLE = 500, MOST_CARDS_OPEN = 3, MOST_EVENTS = 12;
const cards = new Map();

function showFacts() {
  byId("facts").append(...data.facts.filter(Boolean).map((fact) =>
    el("li", { class: /^[\d,]+ errors?$/.test(fact) ? "failed" : null }, fact)));
  byId("versions").append(data.versions.join(" · "));
  if (data.notes.length) {
    byId("notes").hidden = false;
    byId("notes").append(...data.notes.map((note) => el("p", {}, el("b", {}, "note: "), note)));
  }
  if (data.failure) showFailure(data.failure);
}

function showFailure([number, layer, places, thread]) {
  const error = errorNumber(number);
  byId("failure").hidden = false;
  byId("failure").append(
    el("p", {}, el("b", {}, `${error.type} ended the recording: `), error.first),
    pairs([
      ["layer", layerCell(layer)],
      ["at", el("ol", { class: "path-list" }, places.map((place) => el("li", {}, placeCell(place))))],
      ["thread", thread === "MainThread" ? "" : thread],
    ]));
}

function showFindings() {
  byId("tally").append(data.tally);
  if (!data.findings.length) {
    byId("findings").classList.add("none");
    byId("finding-list").append(el("p", { class: "quiet" }, "Nothing was found to be wrong."));
  }
  data.findings.forEach((finding, index) => {
    const card = findingCard(finding, index < MOST_CARDS_OPEN && finding.severity !== "note");
    cards.set(finding, card);
    byId("finding-list").append(card);
  });
}

function findingCard(finding, open) {
  return el("details", { class: `finding ${finding.severity}`, open },
    el("summary", {},
      el("span", { class: "severity" }, finding.severity),
      el("b", {}, finding.code), el("span", { class: "name" }, finding.name),
      el("span", { class: "message" }, finding.message)),
    el("div", { class: "finding-body" }, findingEvidence(finding),
      finding.fix ? el("p", { class: "instead" }, "instead") : "",
      finding.fix ? el("pre", {}, finding.fix) : "",
      finding.link ? el("p", {}, link(finding.link)) : ""));
}

function findingEvidence(finding) {
  const list = el("ul", { class: "evidence" });
  if (finding.place !== MISSING && finding.evidence.every(([, place]) => place !== finding.place)) {
    list.append(el("li", {}, placeTag(finding.place)));
  }
  for (const [text, place, events] of finding.evidence) {
    list.append(el("li", {}, placeTag(place), el("span", {}, text), ...eventTags(events)));
  }
  return list;
}

function placeTag(number) {
  if (number === MISSING) return "";
  const { short, full } = placeOf(number);
  return el("span", { class: "place", title: full }, short);
}

function eventTags(events) {
  const shown = events.slice(0, MOST_EVENTS).map(([seq, event]) =>
    event === MISSING
      ? el("span", { class: "quiet" }, `event ${seq}`)
      : button(`event ${seq}`, () => follow(event), { class: "event", title: title(event) }));
  const more = events.length - shown.length;
  return more > 0 ? [...shown, el("span", { class: "quiet" }, `… ${thousands(more)} more`)] : shown;
}

function goToFinding(finding) {
  const card = cards.get(finding);
  card.open = true;
  card.scrollIntoView({ block: "center" });
  card.querySelector("summary").focus({ preventScroll: true });
}

// A table of at most so many rows; what is beyond them can be searched for.
function table(heads, all, rowOf, noun) {
  const rows = all.slice(0, MOST_ROWS_OF_A_TABLE).map(rowOf);
  const left = all.length - rows.length;
  return [
    el("div", { class: "wide" }, el("table", {},
      el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col", class: head.class }, head.text)))),
      el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((cell, at) =>
        at === 0 ? el("th", { scope: "row" }, cell)
          : el("td", { class: heads[at].class, "data-head": heads[at].text }, cell))))))),
    left > 0 ? el("p", { class: "quiet" }, `… ${counted(left, noun)}; search finds their events`) : "",
  ];
}

const number = (text, kind) => ({ text, class: kind ? `count ${kind}` : "count" });
const words = (text) => ({ text, class: null });
const figure = (value) => (value ? thousands(value) : el("span", { class: "quiet" }, "0"));

// tf.data wraps functions, as Keras's own fit has them, and runs them in its own way: nobody calls them.
function isOfTfData([id, place, , runs]) {
  return tables.functions[id].startsWith("Dataset_") && place === MISSING && !runs;
}

function functionRow([id, place, traces, runs, before, took]) {
  return [
    el("span", {}, el("b", {}, tables.functions[id]), " ", placeTag(place)),
    figure(before), figure(traces.length), figure(runs), traces.length ? duration(took) : "", traceList(traces),
  ];
}

function showFunctions() {
  const own = data.lives.filter((life) => !isOfTfData(life)), left = data.lives.length - own.length;
  const heads = [words("function"), number("before"), number("traces", "trace"), number("runs", "run"),
    number("tracing"), words("each trace, and why it was made again")];
  byId("functions").append(el("h2", { class: "printed" }, "Functions"),
    ...(own.length ? table(heads, own, functionRow, "further function")
      : [el("p", { class: "quiet" }, "No tf.function was traced or run while this was recorded.")]),
    left ? el("p", { class: "quiet" },
      `${counted(left, "function")} that tf.data maps, traced and run in its own way, left out`) : "");
  byId("tab-functions").append(el("span", { class: "quiet" }, ` ${thousands(own.length)}`));
}

function traceList(traces) {
  const shown = traces.slice(0, MOST_EVENTS).map((event) => el("li", {},
    button(`trace ${of.trace[event]}`, () => follow(event), { class: "event", title: title(event) }), " ",
    causeOf(event) ? el("span", { class: "note" }, causeOf(event).text) : shortValue(of.inputs[event]),
    errorOf(event) ? el("span", { class: "failed" }, ` ✗ ${errorOf(event).type}`) : ""));
  const more = traces.length - shown.length;
  const rest = more > 0 ? el("li", { class: "quiet" }, `… ${thousands(more)} more`) : "";
  return el("ol", { class: "traces" }, shown, rest);
}

// Modes in which nothing was called have no column.
const CALLED = MODES.map((mode, at) => ({ mode, at: 3 + at })).filter(({ at }) => data.counts.some((row) => row[at]));

function layerRow(row) {
  const [id, init, build] = row, layer = layerOf(id);
  const [made, parameters, errors] = row.slice(3 + MODES.length);
  return [
    button(layer.label, () => onlyLayer(layer), { class: "inline", title: layer.path }), layer.className,
    figure(init), figure(build), ...CALLED.map(({ at }) => figure(row[at])), figure(made), figure(parameters),
    errors ? el("span", { class: "failed" }, thousands(errors)) : figure(0),
  ];
}

function showLayers() {
  const heads = [words("layer"), words("class"), number("init", "init"), number("build", "build"),
    ...CALLED.map(({ mode }) => (mode === "eager" ? number("call", "call") : number(mode, mode))),
    number("variables", "variable"), number("parameters", "variable"), number("errors")];
  byId("layers").append(el("h2", { class: "printed" }, "Layers"),
    ...(data.counts.length ? table(heads, data.counts, layerRow, "further layer")
      : [el("p", { class: "quiet" }, "No layer was seen.")]));
  byId("tab-layers").append(el("span", { class: "quiet" }, ` ${thousands(data.counts.length)}`));
  byId("tab-events").append(el("span", { class: "quiet" }, ` ${thousands(EVENTS)}`));
}
