// Show what the recording contains besides events: observations during an event, and the final state of its layer.

import { button, el, MOST_LISTED, pairs, section } from "./elements.js";
import { onlyLayer } from "./filters.js";
import { placeTag } from "./links.js";
import { data, layerOf, column } from "./timeline.js";
import { MISSING, thousands, yesOrNo } from "./words.js";

const noticedIn = new Map();
for (const [event, ...seen] of data.noticed) {
  if (!noticedIn.has(event)) noticedIn.set(event, []);
  noticedIn.get(event).push(seen);
}

const stateOf = new Map(data.states.map(([layer, ...state]) => [layer, state]));

export function* noticedPart(event) {
  const seen = noticedIn.get(event) ?? [];
  if (seen.length)
    yield section(
      "observed",
      listed(seen, (observation) => noticedLine(observation, event)),
    );
}

function noticedLine([text, layer, place, times], event) {
  return el(
    "li",
    {},
    text,
    layer === MISSING || layer === column.layer[event] ? "" : ` (${layerOf(layer).label})`,
    times > 1 ? `, ${thousands(times)} times` : "",
    " ",
    placeTag(place),
  );
}

export function* statePart(event) {
  const state = stateOf.get(column.layer[event]);
  if (!state) return;
  const [alive, built, trainable, dtype, held] = state;
  yield section(
    "layer at the end",
    pairs([
      ["deleted", alive === 1 ? "" : "yes; its last known state is shown"],
      ["built", yesOrNo(built)],
      ["trainable", yesOrNo(trainable)],
      ["compute dtype", dtype],
      ["contains", held.length ? listed(held, heldLine) : ""],
    ]),
  );
}

function heldLine([attribute, layer]) {
  return el(
    "li",
    {},
    el("code", {}, attribute),
    " ",
    button(layerOf(layer).label, () => onlyLayer(layer), { class: "inline" }),
    el("span", { class: "quiet" }, ` ${layerOf(layer).className}`),
  );
}

function listed(all, line) {
  const more = all.length - MOST_LISTED;
  return el(
    "ol",
    { class: "path-list" },
    all.slice(0, MOST_LISTED).map(line),
    more > 0 ? el("li", { class: "quiet" }, `… ${thousands(more)} more`) : "",
  );
}
