// Make elements of data. What comes from a recording is text here, and never becomes markup.

function el(tag, options = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

function byId(id) {
  return document.getElementById(id);
}

function button(text, onclick, options = {}) {
  return el("button", { type: "button", onclick, ...options }, text);
}

// Recordings may come from strangers: nothing but a page of the web may be linked to.
function link(address) {
  if (!/^https?:\/\//.test(address)) return el("span", {}, address);
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address);
}
