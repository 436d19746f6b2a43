// The state of the panel of details: the node it shows, and whether it is open.

import { byId } from "./elements.js";
import { MISSING } from "./words.js";

export const panel = { box: byId("details"), node: MISSING };

export function isShowingDetails() {
  return !panel.box.hidden;
}
