// Go to the event or the tab in the address.

import { closeDetails } from "./details.js";
import { filterAgain, showNotice } from "./filters.js";
import { follow } from "./links.js";
import { isShowingDetails } from "./panel.js";
import { FIRST_TAB, showTab, TABS } from "./tabs.js";
import { numbered } from "./timeline.js";
import { MISSING } from "./words.js";

function addressed() {
  const match = /^#event-(\d+)$/.exec(location.hash);
  return match ? numbered(Number(match[1])) : MISSING;
}

function tabAddressed() {
  return TABS.find((tab) => location.hash === `#${tab}`) ?? FIRST_TAB;
}

function goToAddress() {
  const event = addressed();
  const { wanted: before } = history.state ?? {};
  if (before) filterAgain(before);
  if (event !== MISSING) follow(event);
  else {
    showTab(tabAddressed());
    if (isShowingDetails()) closeDetails();
    const [, missing] = /^#event-(\d+)$/.exec(location.hash) ?? [];
    if (missing !== undefined) showNotice(`This recording has no event ${missing}.`);
  }
}

export function startAddress() {
  addEventListener("popstate", goToAddress);
  if (location.hash || history.state) goToAddress();
}
