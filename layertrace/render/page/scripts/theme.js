// Light or dark: the theme of the system, or the chosen one, which is stored if possible.

import { byId } from "./elements.js";
import { readColours } from "./painting.js";
import { drawLanes } from "./viewport.js";

const DARK = matchMedia("(prefers-color-scheme: dark)");
const THEME = "layertrace:theme";

function systemTheme() {
  return DARK.matches ? "dark" : "light";
}

function theme() {
  return document.documentElement.dataset.theme ?? systemTheme();
}

function otherTheme() {
  return theme() === "dark" ? "light" : "dark";
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
    if (chosen === systemTheme()) localStorage.removeItem(THEME);
    else localStorage.setItem(THEME, chosen);
  } catch {
    // The choice lasts while the page is open.
  }
}

// The button shows what it changes to, and looks pressed while the page differs from the system.
function showTheme() {
  const isPressed = theme() !== systemTheme();
  byId("theme").textContent = `${otherTheme() === "dark" ? "☾" : "☀"} ${otherTheme()} theme`;
  byId("theme").classList.toggle("pressed", isPressed);
  byId("theme").title = isPressed ? "Back to the theme of your system" : "Another theme than your system has";
  readColours();
  drawLanes();
}

export function startTheme() {
  const chosen = remembered();
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
  byId("theme").addEventListener("click", () => {
    document.documentElement.dataset.theme = otherTheme();
    remember(theme());
    showTheme();
  });
  DARK.addEventListener("change", showTheme);
  showTheme();
}
