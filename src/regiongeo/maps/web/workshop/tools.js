// The bar of tools on the map: what may be drawn, and what may be measured.
import L from "leaflet";
import { CHOSEN, INK } from "../colours.js";
import { button, make } from "../dom.js";
import { swatch } from "../symbols.js";

const PICTURES = {
  point: { shape: "circle", radius: 6, fillColor: CHOSEN, color: "#fff", weight: 2 },
  rectangle: { color: CHOSEN, weight: 2, dashArray: [4, 3] },
  polygon: { shape: "diamond", radius: 8, color: CHOSEN, weight: 2, dashArray: [4, 3] },
  line: { isLine: true, color: INK, weight: 3, dashArray: [5, 3] },
  area: { color: INK, weight: 2, fillColor: "#d9d6e0" },
};
const DRAWING = ["point", "rectangle", "polygon"];
const MEASURING = ["line", "area"];

// `onStart(kind, { byKey, onEnd })` begins with a tool; pressed again, the tool is put away by `onStop`.
export function addTools(map, words, { onStart, onStop }) {
  const faces = new Map([...DRAWING, ...MEASURING].map((kind) => [kind, drawTool(kind)]));

  function drawTool(kind) {
    const face = button("", (event) => press(kind, event.detail === 0), { class: "ws-tool", "aria-pressed": "false" });
    face.append(swatch(PICTURES[kind], { width: 26, height: 22 }), make("span", {}, words.say(`ws_tool_${kind}`)));
    return face;
  }

  function press(kind, byKey) {
    const face = faces.get(kind);
    if (face.getAttribute("aria-pressed") === "true") return onStop();
    const onEnd = () => {
      face.setAttribute("aria-pressed", "false");
      face.focus({ preventScroll: true });
    };
    onStart(kind, { byKey, onEnd });
    return face.setAttribute("aria-pressed", "true");
  }

  const group = (label, kinds) =>
    make("div", { class: "leaflet-bar ws-tools", role: "group", "aria-label": words.say(label) }, ...kinds.map((kind) => faces.get(kind)));
  for (const [label, kinds] of [["ws_draw", DRAWING], ["ws_measure", MEASURING]]) addControl(map, group(label, kinds), "topleft");
}

export function addControl(map, element, position) {
  const Control = L.Control.extend({
    onAdd() {
      L.DomEvent.disableClickPropagation(element);
      return element;
    },
  });
  new Control({ position }).addTo(map);
}
