// Show the head of the page: what was recorded and when, the verdict, counts, notes, and the exception that ended it.

import { byId, el, pairs } from "./elements.js";
import { dataCell } from "./line.js";
import { eventLink, layerCell, placeCell } from "./links.js";
import { data, errorNumber, errorOf } from "./timeline.js";
import { MISSING } from "./words.js";

const SIGNS = { good: "✓", note: "i", warning: "!", error: "✗" };

export function showHead() {
  const { took, versions, verdict } = data.summary;
  byId("about").append([took, startedAt(), ...versions].filter(Boolean).join(" · "));
  const [severity, sentence] = verdict;
  byId("verdict").hidden = false;
  byId("verdict").classList.add(severity);
  byId("verdict").append(el("span", { "aria-hidden": "true" }, SIGNS[severity]), ` ${sentence}`);
  byId("facts").append(
    ...data.facts
      .filter(Boolean)
      .map((fact) => el("li", { class: /^[\d,]+ errors?\b/.test(fact) ? "failed" : null }, fact)),
  );
  if (data.notes.length) {
    byId("notes").hidden = false;
    byId("notes").append(...data.notes.map((note) => el("p", {}, el("b", {}, "note: "), note)));
  }
  if (data.failure) showFailure(data.failure);
}

// In the time zone of the reader.
function startedAt() {
  if (data.summary.started === null) return "";
  return new Date(data.summary.started).toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}

function showFailure([number, layer, lines, thread, event, called, again, before, facts]) {
  const error = errorNumber(number);
  // The message where it was raised is shorter than the message after it passed through Keras.
  const message = event === MISSING ? error.first : errorOf(event).first;
  const path = lines.map(([place, source]) =>
    el("li", {}, placeCell(place), source ? el("code", { class: "source-line" }, source) : ""),
  );
  byId("failure").hidden = false;
  byId("failure").append(
    el("p", {}, el("b", {}, `${error.type} ended the recording: `), el("bdi", {}, message)),
    pairs([
      ["raised in", event === MISSING ? "" : [eventLink(event), called ? `, ${called}` : ""]],
      ["and again in", again.length ? eventsInRow(again) : ""],
      ["layer", layerCell(layer)],
      ["at", path.length ? el("ol", { class: "path-list" }, path) : ""],
      ["the recording shows", facts.length ? el("ol", { class: "path-list" }, facts.map(factOf)) : ""],
      ["before that", before.length ? el("ol", { class: "path-list" }, before.map(eventBefore)) : ""],
      ["thread", thread === "MainThread" ? "" : thread],
    ]),
    error.message === message
      ? ""
      : el("details", {}, el("summary", {}, "full message"), el("pre", {}, error.message)),
  );
}

function factOf([place, words]) {
  return el("li", {}, place === MISSING ? "" : [placeCell(place), " "], words);
}

function eventsInRow(events) {
  return events.flatMap((event, at) => [at ? ", " : "", eventLink(event)]);
}

function eventBefore(event) {
  return el("li", {}, eventLink(event), " ", dataCell(event));
}
