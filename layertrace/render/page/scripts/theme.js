// Light or dark: the theme of the notebook around the page or else of the system, or the chosen one, which is
// stored if possible.

import { byId } from "./elements.js";
import { readColours } from "./painting.js";
import { drawLanes } from "./viewport.js";

const DARK = matchMedia("(prefers-color-scheme: dark)");
const THEME = "layertrace:theme";
const LIGHT_TEXT = 128;

// A dark notebook has light text, whatever it calls its theme. Null without a notebook, and in a sandbox.
function notebookTheme() {
  if (!frameElement) return null;
  const text = getComputedStyle(frameElement).color.match(/^rgba?\((\d+), (\d+), (\d+)/);
  if (!text) return null;
  return Math.max(...text.slice(1).map(Number)) > LIGHT_TEXT ? "dark" : "light";
}

function systemTheme() {
  return notebookTheme() ?? (DARK.matches ? "dark" : "light");
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
  const around = notebookTheme() ? "notebook" : "system";
  byId("theme").title = isPressed
    ? `Back to the theme of your ${around}`
    : `Another theme than your ${around} has`;
  readColours();
  drawLanes();
}

// A chosen theme stays; else the page follows the notebook, whose theme the style sheet does not know.
function useTheme(chosen) {
  const { dataset } = document.documentElement;
  if (chosen === "dark" || chosen === "light") dataset.theme = chosen;
  else if (notebookTheme()) dataset.theme = notebookTheme();
}

export function startTheme() {
  let chosen = remembered();
  useTheme(chosen);
  byId("theme").addEventListener("click", () => {
    useTheme((chosen = otherTheme()));
    remember(chosen);
    showTheme();
  });
  DARK.addEventListener("change", showTheme);
  if (notebookTheme()) {
    // Notebooks name their theme in an attribute of the body.
    const follow = () => (useTheme(chosen), showTheme());
    new MutationObserver(follow).observe(frameElement.ownerDocument.body, { attributes: true });
  }
  showTheme();
}
