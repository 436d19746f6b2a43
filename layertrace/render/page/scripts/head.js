// Show the head of the page: counts, notes, and the exception that ended the recording.

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
  // The message where it was raised is shorter than the message after it passed through Keras.
  const message = event === MISSING ? error.first : errorOf(event).first;
  const path = places.map((place) => el("li", {}, placeCell(place)));
  byId("failure").hidden = false;
  byId("failure").append(
    el("p", {}, el("b", {}, `${error.type} ended the recording: `), el("bdi", {}, message)),
    pairs([
      ["raised in", event === MISSING ? "" : eventLink(event)],
      ["layer", layerCell(layer)],
      ["at", path.length ? el("ol", { class: "path-list" }, path) : ""],
      ["thread", thread === "MainThread" ? "" : thread],
    ]),
    error.message === message
      ? ""
      : el("details", {}, el("summary", {}, "full message"), el("pre", {}, error.message)),
  );
}
