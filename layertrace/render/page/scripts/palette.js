// The colours of the lanes: by kind of event, or by class of layer, with readable text on each.

import { el } from "./elements.js";
import { KINDS, layerOf, tables } from "./timeline.js";

const colours = {};
const CLASS_COLOURS = 8;

export function readPalette() {
  const names = [
    ...KINDS.map((kind) => `bar-${kind}`),
    "ink",
    "quiet",
    "line",
    "surface",
    "accent",
    "failed",
    "note",
  ];
  for (let at = 0; at < CLASS_COLOURS; at++) names.push(`class-${at}`);
  const probe = document.body.appendChild(el("span"));
  for (const name of names) colours[name] = shownColour(probe, name);
  probe.remove();
}

// A property with a colour for each theme is a text; used by an element, it is the colour of the theme.
function shownColour(probe, name) {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

export function themeColour(name) {
  return colours[name];
}

export function kindColour(kind) {
  return colours[`bar-${kind}`];
}

// The classes of layers, in the order in which they were met; the colours repeat after eight.
const classes = new Map();
for (let layer = 0; layer < tables.layers.length; layer++) {
  const { className } = layerOf(layer);
  if (!classes.has(className)) classes.set(className, classes.size);
}

export const CLASSES = [...classes.keys()];

export function classColour(layer) {
  return colours[`class-${classes.get(layerOf(layer).className) % CLASS_COLOURS}`];
}

const inks = new Map();

// Black or white, whichever reads better on a colour.
export function inkOn(colour) {
  if (!inks.has(colour)) inks.set(colour, luminance(colour) > 0.18 ? "#000000" : "#ffffff");
  return inks.get(colour);
}

function luminance(colour) {
  const parts = colour.match(/[\d.]+/g).map((part) => part / 255); // as in `rgb(31, 95, 178)`
  const linear = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return linear[0] * 0.2126 + linear[1] * 0.7152 + linear[2] * 0.0722;
}
