// Copy a text with a button, also in a frame that may not use the clipboard directly.

import { button, el } from "./elements.js";

const SHOWN_FOR = 1500;

export function copyButton(text, what) {
  const copy = button(
    "copy",
    async () => {
      copy.textContent = (await copied(text)) ? "copied" : "select and press Ctrl+C";
      setTimeout(() => (copy.textContent = "copy"), SHOWN_FOR);
    },
    { class: "inline act copy", title: `Copy ${text}`, "aria-label": `Copy the ${what}` },
  );
  return copy;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedFromField(text);
  }
}

function copiedFromField(text) {
  const field = el("textarea", { class: "unseen" });
  field.value = text;
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  before?.focus({ preventScroll: true });
  return isDone;
}
