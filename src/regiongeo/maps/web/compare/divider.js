// The divider between two scenarios: a slider for keyboard and hand, and a line to take hold of.
import { make } from "../dom.js";

const GRIP = 44;
// The legend stands on the right.
const MIDDLE = 42;

// `onMove` gets the pixels from the left that belong to the first scenario.
export function makeDivider(place, words, { onMove }) {
  const slider = make("input", { type: "range", id: "divider", class: "cmp-slider", min: 0, max: 100, step: 1, value: MIDDLE });
  const line = make("div", { class: "cmp-line", "aria-hidden": "true" });
  const [left, right] = ["left", "right"].map((side) => make("p", { class: `cmp-name ${side}` }));
  const element = make("div", { class: "cmp-frame", role: "group", "aria-label": words.say("cmp_title") }, left, right, line, slider);
  place.append(element);
  slider.addEventListener("input", show);
  line.addEventListener("pointerdown", hold);
  const watch = new ResizeObserver(show);
  watch.observe(element);
  const width = () => element.clientWidth;

  // Where the middle of the slider's grip stands; at its ends one scenario has the whole map.
  function at() {
    const share = Number(slider.value) / 100;
    if (share === 0 || share === 1) return share * width();
    return GRIP / 2 + share * (width() - GRIP);
  }

  function show() {
    const place = at();
    line.style.left = `${place}px`;
    left.style.right = `${width() - place}px`;
    left.style.maxWidth = `${place}px`;
    right.style.left = `${place}px`;
    right.style.maxWidth = `${width() - place}px`;
    slider.setAttribute("aria-valuetext", words.say("cmp_share", { left: left.textContent, share: words.percent(slider.value / 100) }));
    onMove(place);
  }

  function hold(event) {
    line.setPointerCapture(event.pointerId);
    const move = ({ clientX }) => {
      const from = element.getBoundingClientRect().left + GRIP / 2;
      slider.value = String(Math.round((100 * (clientX - from)) / (width() - GRIP)));
      show();
    };
    line.addEventListener("pointermove", move);
    line.addEventListener("lostpointercapture", () => line.removeEventListener("pointermove", move), { once: true });
  }

  return {
    element,
    at,
    name(one, other) {
      left.textContent = one;
      right.textContent = other;
      slider.setAttribute("aria-label", words.say("cmp_divider", { left: one, right: other }));
      show();
    },
    remove() {
      watch.disconnect();
      element.remove();
    },
  };
}
