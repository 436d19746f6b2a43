// Light or dark: the theme of the system, or the chosen one, which is stored if possible.

import { byId } from "./elements.js";
import { readColours } from "./painting.js";
import { drawLanes } from "./viewport.js";

const DARK = matchMedia("(prefers-color-scheme: dark)");
const THEME = "layertrace:theme";

function theme() {
  return document.documentElement.dataset.theme ?? (DARK.matches ? "dark" : "light");
}

// A frame in a notebook has no storage, and even accessing it raises an error.
function remembered() {
  try {
    return localStorage.getItem(THEME);
  } catch {
    return null;
  }
}

function remember(chosen) {
  try {
    if (chosen === (DARK.matches ? "dark" : "light")) localStorage.removeItem(THEME);
    else localStorage.setItem(THEME, chosen);
  } catch {
    // The choice lasts while the page is open.
  }
}

function showTheme() {
  byId("theme").setAttribute("aria-pressed", String(theme() === "dark"));
  readColours();
  drawLanes();
}

export function startTheme() {
  const chosen = remembered();
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
  byId("theme").addEventListener("click", () => {
    document.documentElement.dataset.theme = theme() === "dark" ? "light" : "dark";
    remember(theme());
    showTheme();
  });
  DARK.addEventListener("change", showTheme);
  showTheme();
}
