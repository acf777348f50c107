// What has been drawn, on the map: dashed outlines with names; other tables in colours and dashes of their own.
import L from "leaflet";
import { make } from "../dom.js";
import { insideOf, ringsOf } from "./geometry.js";

const OWN = { color: "#3b2a6b", dashArray: "7 5" };
// Okabe and Ito's colours that show on light land; the dash and the table's name tell them apart as well.
const OTHERS = [
  { color: "#0072b2", dashArray: "2 5" },
  { color: "#b34700", dashArray: "12 5" },
  { color: "#00664b", dashArray: "12 4 2 4" },
  { color: "#a3357c", dashArray: "6 3" },
];
const AREA = { weight: 3, fillColor: "#fff", fillOpacity: 0.35 };

export function styleOfTable(at) {
  return at < 0 ? OWN : OTHERS[at % OTHERS.length];
}

// Marks are drawn anew only where something seen on the map has changed, so that focus stays on them.
export function makeShapes(map, { onSelect }) {
  map.createPane("ws-shapes").style.zIndex = 450;
  const renderer = L.svg({ pane: "ws-shapes" });
  const group = L.layerGroup().addTo(map);
  let drawn = new Map();

  function drawOne(item, isChosen) {
    const { record, style } = item;
    const choose = () => onSelect(item);
    const layers = [drawTag(item, isChosen, choose)];
    if (record.geometry.type === "Polygon") {
      const weight = isChosen ? 5 : AREA.weight;
      layers.push(L.polygon(ringsOf(record.geometry), { ...AREA, ...style, weight, renderer, pane: "ws-shapes" }).on("click", choose));
    }
    layers.forEach((layer) => group.addLayer(layer));
    return { item, isChosen, layers };
  }

  return {
    group,
    // items: [{ key, title, record, table (null for our own), style }]; `chosen` is the key of one of them, or null.
    show(items, chosen) {
      const next = new Map();
      for (const item of items) {
        const known = drawn.get(item.key);
        const isChosen = item.key === chosen;
        const isSame = known && known.isChosen === isChosen && looksAlike(known.item, item);
        if (known && !isSame) known.layers.forEach((layer) => group.removeLayer(layer));
        next.set(item.key, isSame ? known : drawOne(item, isChosen));
      }
      for (const [key, { layers }] of drawn) if (!next.has(key)) layers.forEach((layer) => group.removeLayer(layer));
      drawn = next;
    },
  };
}

function looksAlike(one, other) {
  return one.title === other.title && one.record.geometry === other.record.geometry && one.style === other.style;
}

function drawTag({ record, title, style: { color } }, isChosen, choose) {
  const dot = make("span", { class: "ws-dot" });
  const name = make("span", { class: "ws-name" }, title);
  dot.style.background = color;
  name.style.borderColor = color;
  const face = make("span", { class: isChosen ? "ws-tag chosen" : "ws-tag" }, dot, name);
  const icon = L.divIcon({ html: face, className: "ws-place-tag", iconSize: [0, 0] });
  const marker = L.marker(insideOf(record.geometry), { icon, riseOnHover: true });
  marker.on("add", () => marker.getElement().setAttribute("aria-label", title));
  marker.on("click", choose);
  marker.on("keypress", ({ originalEvent }) => originalEvent.key === "Enter" && choose());
  return marker;
}
