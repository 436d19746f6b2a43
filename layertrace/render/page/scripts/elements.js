// Create elements from data. Texts of a recording stay text and never become markup.

import { thousands } from "./words.js";

export function el(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

const MOST_ADDED = 200;
export const MOST_LISTED = 12;

export function byId(id) {
  return document.getElementById(id);
}

export function button(text, onclick, options = {}) {
  return el("button", { type: "button", onclick, ...options }, text);
}

// The first of many elements, and a button that replaces itself by the next ones.
export function firstOfMany(all, most, make, wrap = (more) => more) {
  if (all.length <= most) return all.map(make);
  const rest = all.slice(most);
  const more = wrap(
    button(
      `… ${thousands(rest.length)} more`,
      () => {
        const next = firstOfMany(rest, MOST_ADDED, make, wrap);
        more.replaceWith(...next);
        (next[0].matches("button") ? next[0] : next[0].querySelector("button"))?.focus();
      },
      { class: "inline more" },
    ),
  );
  return [...all.slice(0, most).map(make), more];
}

// Recordings may come from strangers: only web pages may be linked to.
export function link(address) {
  if (!/^https?:\/\//.test(address)) return el("span", {}, address);
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address);
}

// A place as file and line, of which the file is cut on the left if there is too little room, and the line never.
export function placeParts(short) {
  const at = short.lastIndexOf(":");
  if (at < 0) return [short];
  const file = el("span", { class: "file" }, el("bdi", {}, short.slice(0, at)));
  file.style.setProperty("--tail", `${short.length - at}ch`);
  return [file, short.slice(at)];
}

export function section(name, ...children) {
  return el("section", {}, el("h4", {}, name), ...children);
}

export function pairs(rows) {
  const list = el("dl");
  for (const [name, value] of rows) {
    if (value === "" || value === null || value === undefined) continue;
    list.append(el("dt", {}, name), el("dd", {}, value));
  }
  return list;
}
