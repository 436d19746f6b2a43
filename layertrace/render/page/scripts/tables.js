// Create the tables of the tabs, which are sorted by a click on a head and filtered by the search.

import { button, byId, el } from "./elements.js";
import { counted, thousands } from "./words.js";

const MOST_ROWS_OF_A_TABLE = 500;

/* A table of `items`, of which only the first rows exist; the search and sorting reach all of them.

   `heads` are made by `words`, `named` and `number`; `rowOf` returns the cells of an item, `textOf` the text that is
   searched. `styleOf` may return a class for the row. Returns the element, and a sieve for `startTab`. */
export function table({ heads, items, rowOf, textOf, noun, styleOf = () => null, footer = [] }) {
  const shown = { words: [], sorted: null, ascending: true };
  const body = el("tbody");
  const rest = el("p", { class: "quiet" });
  const titles = heads.map((head, at) => titleCell(head, () => sortBy(at)));

  function chosen() {
    const left = items.filter((item) => {
      if (!shown.words.length) return true;
      const text = textOf(item).toLowerCase();
      return shown.words.every((word) => text.includes(word));
    });
    if (shown.sorted === null) return left;
    const { key } = heads[shown.sorted];
    const way = shown.ascending ? 1 : -1;
    return left
      .map((item) => [key(item), item])
      .sort(([a], [b]) => (a < b ? -way : a > b ? way : 0))
      .map(([, item]) => item);
  }

  function draw() {
    const left = chosen();
    const rows = left.slice(0, MOST_ROWS_OF_A_TABLE).map((item) => {
      const cells = rowOf(item, { isNested: shown.sorted === null && !shown.words.length });
      return el("tr", { class: styleOf(item) }, cells.map(cellOf));
    });
    body.replaceChildren(...rows);
    const more = left.length - rows.length;
    rest.textContent =
      more > 0
        ? `… ${counted(more, noun)}; search or sort to see them`
        : left.length
          ? ""
          : "Nothing matches.";
    return left.length;
  }

  function cellOf(cell, at) {
    return at === 0
      ? el("th", { scope: "row" }, cell)
      : el("td", { class: heads[at].class, "data-head": heads[at].text }, cell);
  }

  // First as is natural for the column: names from A, numbers from the highest. Then the other way, then unsorted.
  function sortBy(at) {
    const first = heads[at].isNumber ? -1 : 1;
    const way = shown.ascending ? 1 : -1;
    if (shown.sorted !== at) Object.assign(shown, { sorted: at, ascending: first === 1 });
    else if (way === first) shown.ascending = !shown.ascending;
    else shown.sorted = null;
    titles.forEach((cell, index) => {
      const sorted = index === shown.sorted ? (shown.ascending ? "ascending" : "descending") : null;
      if (sorted) cell.setAttribute("aria-sort", sorted);
      else cell.removeAttribute("aria-sort");
    });
    draw();
  }

  draw();
  return {
    element: el(
      "div",
      { class: "wide" },
      el("table", {}, el("thead", {}, el("tr", {}, titles)), body),
      rest,
      ...footer,
    ),
    sieve(text) {
      const wordsNow = text.toLowerCase().split(/\s+/).filter(Boolean);
      if (wordsNow.join(" ") === shown.words.join(" ")) return hitsOf(chosen().length);
      shown.words = wordsNow;
      return hitsOf(draw());
    },
  };

  function hitsOf(left) {
    return shown.words.length ? `${thousands(left)} of ${thousands(items.length)}` : "";
  }
}

function titleCell(head, onclick) {
  if (!head.key) return el("th", { scope: "col", class: head.class }, head.text);
  return el(
    "th",
    { scope: "col", class: head.class },
    button(head.text, onclick, { class: "sort", title: `Sort by ${head.text}` }),
  );
}

export const number = (text, kind, key) => ({
  text,
  class: kind ? `count ${kind}` : "count",
  key,
  isNumber: true,
});
export const words = (text, key) => ({ text, class: null, key });
// On a phone, where tables have no head, each cell of such a column shows its name.
export const named = (text, key) => ({ text, class: "named", key });
export const figure = (value) => (value ? thousands(value) : el("span", { class: "quiet" }, "0"));

/* What fills a tab with a table, and with a second one that is folded away: plumbing. `make` returns both, as the
   arguments of `table` and of `foldedTable`; without an item, `nothing` is shown. */
export function tableTab(id, title, make, nothing) {
  const sieves = [];
  return {
    fill() {
      const { own, folded } = make();
      byId(id).append(el("h2", { class: "printed" }, title));
      if (own.items.length) {
        const { element, sieve } = table(own);
        byId(id).append(element);
        sieves.push(sieve);
      } else byId(id).append(el("p", { class: "quiet" }, nothing));
      if (folded?.items.length) {
        const { element, sieve } = foldedTable(folded);
        byId(id).append(element);
        sieves.push(sieve);
      }
    },
    sieve(text) {
      return sieves
        .map((sieve) => sieve(text))
        .filter(Boolean)
        .join(" + ");
    },
  };
}

// A table that is closed until it is opened, or until a search finds one of its rows.
function foldedTable({ summary, ...options }) {
  const inner = table(options);
  const element = el("details", { class: "internal" }, el("summary", {}, summary), inner.element);
  return {
    element,
    sieve(text) {
      const hits = inner.sieve(text);
      if (hits) element.open = !hits.startsWith("0 ");
      return hits;
    },
  };
}
