// Create the tables of the tabs.

import { el } from "./elements.js";
import { counted, thousands } from "./words.js";

const MOST_ROWS_OF_A_TABLE = 500;

// A table with a limited number of rows; search finds the events of further rows.
export function table(heads, all, rowOf, noun) {
  const rows = all.slice(0, MOST_ROWS_OF_A_TABLE).map(rowOf);
  const left = all.length - rows.length;
  return [
    el(
      "div",
      { class: "wide" },
      el(
        "table",
        {},
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            heads.map((head) => el("th", { scope: "col", class: head.class }, head.text)),
          ),
        ),
        el(
          "tbody",
          {},
          rows.map((cells) =>
            el(
              "tr",
              {},
              cells.map((cell, at) =>
                at === 0
                  ? el("th", { scope: "row" }, cell)
                  : el("td", { class: heads[at].class, "data-head": heads[at].text }, cell),
              ),
            ),
          ),
        ),
      ),
    ),
    left > 0 ? el("p", { class: "quiet" }, `… ${counted(left, noun)}; search to find their events`) : "",
  ];
}

export const number = (text, kind) => ({ text, class: kind ? `count ${kind}` : "count" });
export const words = (text) => ({ text, class: null });
// On a phone, where tables have no head, each cell of such a column shows its name.
export const named = (text) => ({ text, class: "named" });
export const figure = (value) => (value ? thousands(value) : el("span", { class: "quiet" }, "0"));
