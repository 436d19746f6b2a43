// Tell all that is known of one event: shapes, arguments, variable, error, cause, place, and what is around it.

const MOST_LISTED = 12, LEAST_SEEN = 160;

const details = { box: byId("details"), node: MISSING };

function isShowingDetails() {
  return !details.box.hidden;
}

function closeDetails() {
  if (details.box.contains(document.activeElement)) tree.box.focus({ preventScroll: true });
  details.box.hidden = true;
  byId("split").classList.remove("divided");
  byId("told").value = "";
  writeAddress(MISSING);
  askToDraw();
  drawLanes();
}

function showDetails(node, { fromLanes = false } = {}) {
  if (isThread(node)) return;
  const { box } = details, event = firstOf(node);
  details.node = node;
  if (box.hidden) byId("told").value = `Details of event ${of.seq[event]} are shown; Tab leads to them.`;
  box.hidden = false;
  byId("split").classList.add("divided");
  box.classList.remove("floating", "above");
  box.replaceChildren(detailsHead(event), ...(fromLanes ? [treeButton(event)] : []),
    ...(isFold(node) ? [foldNote(node)] : []), ...detailsBody(event));
  box.scrollTop = 0;
  if (fromLanes) keepOffLanes(box);
  writeAddress(event);
  askToDraw();
}

// Details from the lanes must be seen, and must not lie over the lanes: where their place beside the tree is out
// of sight, or on a phone covers everything, they float where there is more room.
function keepOffLanes(box) {
  const inPlace = getComputedStyle(box).position === "sticky";
  if (inPlace && box.getBoundingClientRect().top < innerHeight - LEAST_SEEN) return;
  const { top, bottom } = byId("lanes").getBoundingClientRect(), below = innerHeight - bottom;
  box.classList.add("floating");
  box.classList.toggle("above", top > below);
  box.style.setProperty("--room", `${Math.max(Math.round(Math.max(top, below)) - 16, LEAST_SEEN)}px`);
}

function detailsHead(event) {
  return el("header", {},
    el("h3", {}, kindChip(event, kindOf(event)), ` ${title(event).replace(/^\d+ \w+ ?/, "")}`),
    el("span", { class: "quiet" }, `event ${of.seq[event]}`),
    button("×", closeDetails, { class: "plain close", title: "Close (Esc)", "aria-label": "Close details" }));
}

function treeButton(event) {
  return el("p", {}, button("show in the tree", () => follow(event), { class: "inline act" }));
}

function foldNote(node) {
  const fold = node - EVENTS, members = membersOf(fold);
  const last = members[members.length - 1];
  const said = foldAlike[fold] ? "alike but for the layer" : "alike";
  return el("p", { class: "quiet" },
    `The first of ${counted(foldSiblings[fold], "event")} ${said}, together ${timeOf(node) || "untimed"}; the last is `,
    eventLink(last), ".");
}

function* detailsBody(event) {
  for (const finding of marks.get(event) ?? []) {
    yield el("p", { class: `pointer ${finding.severity}` },
      el("b", {}, `${finding.code} `), finding.message, " ",
      button("see the finding", () => goToFinding(finding), { class: "inline act" }));
  }
  yield* errorPart(event);
  yield* causePart(event);
  yield facts(event);
  yield* valuePart("came in", of.inputs[event]);
  yield* valuePart("arguments", of.arguments[event]);
  yield* valuePart("came out", of.outputs[event]);
  yield* variablePart(event);
  yield* noticedPart(event);
  yield* statePart(event);
  yield* variablesPart(event);
  yield* aroundPart(event);
}

function section(name, ...children) {
  return el("section", {}, el("h4", {}, name), ...children);
}

function pairs(rows) {
  const list = el("dl");
  for (const [name, value] of rows) {
    if (value === "" || value === null || value === undefined) continue;
    list.append(el("dt", {}, name), el("dd", {}, value));
  }
  return list;
}

function placeCell(number) {
  if (number === MISSING) return "";
  const place = placeOf(number);
  const inside = place.inside ? el("span", { class: "quiet" }, ` in ${place.inside}`) : "";
  return el("span", { class: "path", title: place.full }, place.full, inside);
}

function yesOrNo(number) {
  return number === MISSING ? "" : number === 1 ? "True" : "False";
}

function facts(event) {
  return el("section", {}, pairs([
    ["layer", layerCell(of.layer[event])],
    ["function", functionCell(event)],
    ["mode", MODES[of.mode[event]]],
    ["place", placeCell(of.place[event])],
    ["defined", placeCell(of.defined[event])],
    ["began", el("span", {}, `${moment(of.start[event])} after the start`,
      button("zoom to it", () => zoomTo(event), { class: "inline act" }))],
    ["took", tookCell(event)],
    ["runs", of.times[event] > 1 ? thousands(of.times[event]) : ""],
    ["before", of.before[event] > 0 ? `${counted(of.before[event], "trace")} before the recording` : ""],
    ["training", yesOrNo(of.training[event])],
    ["mask", of.mask[event] === 1 ? "came in" : ""],
    ["graph", of.graph[event] === MISSING ? "" : textOf(of.graph[event]).join(", ")],
    ["thread", textOf(of.thread[event])],
    ["replica", of.replica[event] === MISSING ? "" : String(of.replica[event])],
    ["strategy", textOf(of.strategy[event])],
    ["flags", textOf(of.flags[event])],
  ]));
}

function tookCell(event) {
  if (of.took[event] === MISSING) return isUnended(event) ? "had not ended when the recording did" : "";
  return `${duration(of.took[event])}${of.times[event] > 1 ? " together" : ""}`;
}

function layerCell(number) {
  if (number === MISSING) return "";
  const layer = layerOf(number);
  const framework = layer.framework === "keras" ? "" : `, ${layer.framework}`;
  return el("span", {}, el("b", {}, layer.name), ` ${layer.className}`,
    el("span", { class: "quiet" }, ` no. ${layer.id}${framework}`),
    button("only this", () => onlyLayer(number), { class: "inline act" }),
    layer.path === layer.name ? "" : el("span", { class: "path quiet" }, layer.path));
}

function functionCell(event) {
  if (of.function[event] === MISSING) return "";
  const name = tables.functions[of.function[event]];
  return of.trace[event] === MISSING ? name : `${name}, trace ${of.trace[event]}`;
}

function* valuePart(name, number) {
  if (number === MISSING) return;
  const parts = tables.values[number][1];
  if (parts.length === 1 && parts[0][0] === "") yield section(name, el("pre", {}, parts[0][1]));
  else yield section(name, pairs(parts.map(([part, text]) => [part, el("code", {}, text)])));
}

function* variablePart(event) {
  if (of.variable[event] === MISSING) return;
  const one = variableOf(event);
  yield section("variable", pairs([
    ["name", one.name],
    ["path", one.path === one.name ? "" : one.path],
    ["holds", el("code", {}, one.spec)],
    ["parameters", one.parameters ? thousands(one.parameters) : "unknown"],
    ["trainable", yesOrNo(one.trainable)],
    ["initial", one.initializer],
    ["made by", { keras: "Keras", tf_keras: "tf_keras", tf: "a plain tf.Variable" }[one.source]],
    ["value", one.deferred ? "came later: Keras was inferring shapes" : ""],
  ]));
}

// The variables of the layer, wherever they were made.
function* variablesPart(event) {
  const found = [];
  for (let other = 0; other < EVENTS && kindOf(event) !== "variable"; other++) {
    const owned = of.variable[other] !== MISSING && of.layer[other] !== MISSING;
    if (owned && of.layer[other] === of.layer[event]) found.push(other);
  }
  if (found.length) yield section("variables of the layer", eventList(found));
}

function eventList(events) {
  return el("ol", { class: "path-list" }, firstOfMany([...events], MOST_LISTED, (event) => el("li", {}, eventLink(event),
    of.variable[event] === MISSING ? "" : el("code", { class: "quiet" }, `  ${variableOf(event).spec}`)),
  (more) => el("li", {}, more)));
}

function* errorPart(event) {
  const error = errorOf(event);
  if (error === null) return;
  yield el("section", { class: "error" },
    el("h4", {}, error.origin ? `raised ${error.type}` : `${error.type} passed through`),
    el("pre", {}, error.message),
    pairs([
      ["place", placeCell(error.place)],
      ["through", error.raisedIn.length ? error.raisedIn.join(", ") : ""],
      ["in", layerCell(error.subject)],
    ]),
    error.origin ? "" : originLink(event));
}

// The event inside in which an exception was raised that only passed through here.
function originLink(event) {
  let at = event;
  for (let inside = childrenOf(at); inside.length; inside = childrenOf(at)) {
    const failed = inside.findLast((child) => of.error[child] !== MISSING);
    if (failed === undefined) break;
    at = failed;
  }
  return at === event ? "" : el("p", {}, "raised in ", eventLink(at));
}

function* causePart(event) {
  const cause = causeOf(event);
  if (cause === null) return;
  const rows = cause.changes.map(([argument, what, before, now, axes]) => el("tr", {},
    el("th", { scope: "row" }, argument), el("td", {}, axes ? `${what} ${axes}` : what),
    el("td", {}, el("code", {}, before)), el("td", {}, el("code", {}, now))));
  const heads = ["argument", "differs in", "was", "is now"].map((head) => el("th", { scope: "col" }, head));
  const table = rows.length ? el("table", {}, el("tr", {}, ...heads), ...rows) : "";
  const compared = cause.comparedWith === MISSING ? ""
    : el("p", { class: "quiet" }, `compared with trace ${cause.comparedWith}`);
  yield el("section", { class: "cause" }, el("h4", {}, "why it was traced again"),
    rows.length ? "" : el("p", {}, cause.text), table, compared);
}

function* aroundPart(event) {
  const path = [], inside = childrenOf(event);
  for (let outer = parent[event]; outer !== MISSING; outer = parent[outer]) path.unshift(outer);
  if (!path.length && !inside.length) return;
  yield section("around", pairs([
    ["inside of", path.length ? eventList(path.slice(-MOST_LISTED)) : ""],
    ["holds", inside.length ? eventList(inside) : ""],
  ]));
}

function eventLink(event) {
  return button(title(event), () => follow(event), { class: "inline" });
}
