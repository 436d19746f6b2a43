// The tab of variables: what each is, its layer, and the event and line that created it or failed to.

import { button, byId, el } from "./elements.js";
import { kindChip } from "./line.js";
import { follow, layerButton, placeTag } from "./links.js";
import { named, number, table, words } from "./tables.js";
import { errorOf, EVENTS, kindOf, column, parents, variableOf } from "./timeline.js";
import { title } from "./titles.js";
import { MISSING, yesOrNo } from "./words.js";

function variableEvents() {
  const events = [];
  for (let event = 0; event < EVENTS; event++) if (column.variable[event] !== MISSING) events.push(event);
  return events;
}

function variableRow(event) {
  const variable = variableOf(event);
  const error = errorOf(event);
  const layer = column.layer[event];
  const around = parents[event] === MISSING ? "" : kindChip(parents[event], kindOf(parents[event]));
  return [
    button(variable.name, () => follow(event), { class: "event", title: title(event) }),
    `${column.seq[event]}`,
    el("code", {}, variable.spec),
    variable.initializer === variable.spec ? "" : variable.initializer,
    yesOrNo(variable.trainable),
    layer === MISSING ? "" : layerButton(layer),
    around,
    placeTag(column.place[event]),
    error === null ? "" : el("span", { class: "failed" }, `✗ refused: ${error.type}`),
  ];
}

export function fillVariables() {
  const all = variableEvents();
  const refused = all.some((event) => errorOf(event) !== null);
  const heads = [
    words("variable"),
    number("event"),
    words("dtype[shape]"),
    words("initializer"),
    named("trainable"),
    named("layer"),
    named("created in"),
    words("place"),
    ...(refused ? [words("")] : []),
  ];
  byId("variables").append(
    el("h2", { class: "printed" }, "Variables"),
    ...(all.length
      ? table(heads, all, (event) => variableRow(event).slice(0, heads.length), "further variable")
      : [el("p", { class: "quiet" }, "No variables were created during the recording.")]),
  );
}
