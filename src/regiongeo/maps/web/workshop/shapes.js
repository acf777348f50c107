// What has been drawn, on the map: dashed outlines with names; other tables in colours and dashes of their own.
import L from "leaflet";
import { make } from "../dom.js";
import { around, sidesOf } from "../settle.js";
import { insideOf, ringsOf } from "./geometry.js";

const OWN = { color: "#3b2a6b", dashArray: "7 5" };
// Okabe and Ito's colours that show on light land; the dash and the table's name tell them apart as well.
const OTHERS = [
  { color: "#0072b2", dashArray: "2 5" },
  { color: "#b34700", dashArray: "12 5" },
  { color: "#00664b", dashArray: "12 4 2 4" },
  { color: "#a3357c", dashArray: "6 3" },
];
// The room a dot takes to each side [px]; the style sheet sets the names as far off.
const [DOT, APART] = [9, 12];
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
    return { item, isChosen, layers, tag: layers[0] };
  }

  return {
    group,
    // items: [{ key, title, record, table (null for our own), style }]; `chosen` is the key of one of them, or null.
    show(items, chosen) {
      const next = new Map();
      let isSameAll = items.length === drawn.size;
      for (const item of items) {
        const known = drawn.get(item.key);
        const isChosen = item.key === chosen;
        const isSame = known && known.isChosen === isChosen && looksAlike(known.item, item);
        isSameAll &&= isSame;
        if (known && !isSame) known.layers.forEach((layer) => group.removeLayer(layer));
        next.set(item.key, isSame ? known : drawOne(item, isChosen));
      }
      for (const [key, { layers }] of drawn) if (!next.has(key)) layers.forEach((layer) => group.removeLayer(layer));
      drawn = next;
      if (!isSameAll) map.fire("shapeschange");
    },
    // Each name where there is room beside its dot, the chosen one first; one without room shows when pointed at.
    settle(index) {
      if (!map.hasLayer(group)) return;
      const tags = [...drawn.values()].map(({ tag, isChosen }) => {
        const { offsetWidth: width, offsetHeight: height } = tag.face;
        return { tag, isChosen, at: map.latLngToContainerPoint(tag.getLatLng()), size: { width, height, apart: APART } };
      });
      tags.forEach(({ at }) => index.block(around(at, DOT)));
      tags.sort((one, other) => other.isChosen - one.isChosen);
      for (const { tag, isChosen, at, size } of tags) {
        const side = sidesOf(at, size).find(([, box]) => index.add(box));
        tag.face.parentNode.dataset.side = side?.[0] ?? (isChosen ? "above" : "none");
      }
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
  marker.face = name;
  marker.on("click", choose);
  marker.on("keypress", ({ originalEvent }) => originalEvent.key === "Enter" && choose());
  return marker;
}
