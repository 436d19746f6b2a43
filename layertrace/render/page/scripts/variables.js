// The tab of the variables: what each is, whose, and in which event and line it was made or refused.

function variableEvents() {
  const found = [];
  for (let event = 0; event < EVENTS; event++) if (of.variable[event] !== MISSING) found.push(event);
  return found;
}

function variableRow(event) {
  const made = variableOf(event), error = errorOf(event), layer = of.layer[event];
  const around = parent[event] === MISSING ? "" : kindChip(parent[event], kindOf(parent[event]));
  return [
    button(made.name, () => follow(event), { class: "event", title: title(event) }),
    `${of.seq[event]}`, el("code", {}, made.spec), made.initializer === made.spec ? "" : made.initializer,
    yesOrNo(made.trainable), layer === MISSING ? "" : layerButton(layer), around, placeTag(of.place[event]),
    error === null ? "" : el("span", { class: "failed" }, `✗ refused: ${error.type}`),
  ];
}

function fillVariables() {
  const all = variableEvents(), refused = all.some((event) => errorOf(event) !== null);
  const heads = [words("variable"), number("event"), words("holds"), words("initializer"), named("trainable"),
    named("of"), named("made in"), words("place"), ...(refused ? [words("")] : [])];
  byId("variables").append(el("h2", { class: "printed" }, "Variables"),
    ...(all.length ? table(heads, all, (event) => variableRow(event).slice(0, heads.length), "further variable")
      : [el("p", { class: "quiet" }, "No variable was made while this was recorded.")]));
}
