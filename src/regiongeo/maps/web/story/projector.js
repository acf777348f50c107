// Projector mode: the page as a room reads it. Everything stays where the keyboard finds it.
import { button } from "../dom.js";
import { isTyping, singleKey } from "../keys.js";

const FOLDED = ["weights", "limits", "plan", "notices", "workshop", "more-layers"];
// `onChange(on)` is told after the page has its new size.
export function connectProjector({ map, words, announce, onChange = () => {} }) {
  let isOn = false;
  let folded = [];
  const toggle = button(words.say("st_projector"), () => set(!isOn), {
    "aria-pressed": "false", "aria-keyshortcuts": "p", title: words.say("st_projector_key"),
  });
  // Before the card and the tools hear of Escape: it closes those first, and the mode only when nothing else is open.
  document.addEventListener("keydown", onKey, { capture: true });

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || document.querySelector("dialog[open]")) return;
    if (singleKey(event) === "p" && !event.repeat) set(!isOn);
    else if (event.key === "Escape" && isOn && !isTaken(event)) set(false);
  }

  function set(on, { isTold = true } = {}) {
    if (on === isOn) return;
    isOn = on;
    document.documentElement.classList.toggle("projector", on);
    toggle.setAttribute("aria-pressed", String(on));
    fold(on);
    map.invalidateSize({ animate: false });
    onChange(on);
    if (isTold) announce(words.say(on ? "st_projector_on" : "st_projector_off"));
  }

  // What was open before is open again afterwards.
  function fold(on) {
    if (on) folded = FOLDED.map((id) => document.getElementById(id)).filter((one) => one?.open);
    folded.forEach((one) => { one.open = !on; });
  }

  return { button: toggle, set, get isOn() { return isOn; } };
}

// Something that Escape closes first.
function isTaken({ target }) {
  const places = [document.getElementById("card"), document.querySelector(".ws-bar"), target.closest?.(".st-menu[open]")];
  return places.some((one) => one && !one.hidden);
}
