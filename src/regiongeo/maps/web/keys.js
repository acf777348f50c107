// Keys that act alone, without Ctrl or Alt. Speech input may press them by mistake: they can be switched off.
import { make } from "./dom.js";

const FIELDS = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select";
const SWITCH = "single-keys";

export function isTyping({ target }) {
  return Boolean(target.matches?.(FIELDS) || target.isContentEditable);
}

// The key, or "" where it means something else.
export function singleKey(event) {
  const isOff = document.getElementById(SWITCH)?.checked === false;
  const isTaken = event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || document.querySelector("dialog[open]");
  return isOff || isTaken ? "" : event.key.toLowerCase();
}

export function drawKeySwitch(words) {
  const box = make("input", { type: "checkbox", id: SWITCH, checked: true });
  return make("label", { class: "check" }, box, make("span", {}, words.say("single_keys")));
}

// n and b: the next site and the one before it.
export function connectStepKeys(onStep) {
  document.addEventListener("keydown", (event) => {
    const by = { n: 1, b: -1 }[singleKey(event)];
    if (by) onStep(by);
  });
}
