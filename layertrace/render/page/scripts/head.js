// Show what stands above all: what there is to count, the notes, and the exception that ended the recording.

import { byId, el, pairs } from "./elements.js";
import { eventLink, layerCell, placeCell } from "./links.js";
import { data, errorNumber, errorOf } from "./timeline.js";
import { MISSING } from "./words.js";

export function showFacts() {
  byId("facts").append(
    ...data.facts
      .filter(Boolean)
      .map((fact) => el("li", { class: /^[\d,]+ errors?\b/.test(fact) ? "failed" : null }, fact)),
  );
  byId("versions").append(data.versions.join(" · "));
  if (data.notes.length) {
    byId("notes").hidden = false;
    byId("notes").append(...data.notes.map((note) => el("p", {}, el("b", {}, "note: "), note)));
  }
  if (data.failure) showFailure(data.failure);
}

function showFailure([number, layer, places, thread, event]) {
  const error = errorNumber(number);
  // Where it arose it was told in fewer words than after it had come through Keras.
  const said = event === MISSING ? error.first : errorOf(event).first;
  const way = places.map((place) => el("li", {}, placeCell(place)));
  byId("failure").hidden = false;
  byId("failure").append(
    el("p", {}, el("b", {}, `${error.type} ended the recording: `), el("bdi", {}, said)),
    pairs([
      ["raised in", event === MISSING ? "" : eventLink(event)],
      ["layer", layerCell(layer)],
      ["at", way.length ? el("ol", { class: "path-list" }, way) : ""],
      ["thread", thread === "MainThread" ? "" : thread],
    ]),
    error.message === said
      ? ""
      : el("details", {}, el("summary", {}, "the whole message"), el("pre", {}, error.message)),
  );
}
