// Link to an event, a layer, or a line of the program.

import { keepStep, writeAddress } from "./address.js";
import { copyButton } from "./copying.js";
import { button, el, firstOfMany, MOST_LISTED } from "./elements.js";
import { dropFilters, onlyLayer } from "./filters.js";
import { goTo } from "./moving.js";
import { isShown, reveal } from "./outline.js";
import { showTab } from "./tabs.js";
import { layerOf, placeOf } from "./timeline.js";
import { title } from "./titles.js";
import { drawTree, tree } from "./tree.js";
import { showInLanes } from "./viewport.js";
import { MISSING } from "./words.js";

// Go to an event wherever it is: clear filters that hide it, and open its ancestors.
export function follow(event) {
  keepStep();
  showTab("events");
  if (!isShown(event)) dropFilters();
  reveal(event);
  drawTree();
  tree.box.focus({ preventScroll: true });
  writeAddress(event, { further: true });
  goTo(event, { details: true });
  showInLanes(event);
}

export function eventLink(event) {
  return button(title(event), () => follow(event), { class: "inline" });
}

export function placeCell(number) {
  if (number === MISSING) return "";
  const place = placeOf(number);
  const inside = place.inside ? el("span", { class: "quiet" }, ` in ${place.inside}`) : "";
  return el(
    "span",
    { class: "path", title: place.full },
    place.full,
    inside,
    copyButton(place.full, "file and line"),
  );
}

export function layerCell(number) {
  if (number === MISSING) return "";
  const layer = layerOf(number);
  const framework = layer.framework === "keras" ? "" : `, ${layer.framework}`;
  return el(
    "span",
    {},
    el("b", {}, layer.name),
    ` ${layer.className}`,
    el("span", { class: "quiet" }, ` no. ${layer.id}${framework}`),
    button("only this layer", () => onlyLayer(number), { class: "inline act" }),
    layer.path === layer.name
      ? ""
      : el("span", { class: "path quiet" }, layer.path, copyButton(layer.path, "path of the layer")),
  );
}

export function placeTag(number) {
  if (number === MISSING) return "";
  const { short, full } = placeOf(number);
  return el("span", { class: "place", title: full }, short);
}

export function eventTags(events) {
  return firstOfMany(events, MOST_LISTED, ([seq, event]) =>
    event === MISSING
      ? el("span", { class: "quiet" }, `event ${seq}`)
      : button(`event ${seq}`, () => follow(event), { class: "event", title: title(event) }),
  );
}

export function layerButton(layer) {
  const { label, path } = layerOf(layer);
  return button(label, () => onlyLayer(layer), { class: "inline", title: path });
}
