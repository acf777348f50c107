// The rows of a layer as a list: shapes on a canvas take no focus, so what pointing tells stands here as well.
import L from "leaflet";
import { INK } from "../colours.js";
import { button, make } from "../dom.js";
import { readRow } from "./shapes.js";

const MOST = 500;
const CLOSEST = 13;
const RING = { radius: 23, color: INK, weight: 4, fill: false, interactive: false };

// `drawTable` draws the cells of a row, `shapesOf` gives its shapes on the map.
export function drawRows(map, block, words, { drawTable, shapesOf }) {
  const columns = block.tooltip.length ? block.tooltip : block.popup;
  const ring = L.circleMarker([0, 0], RING);
  const list = make("ol", {});
  const box = make("details", { class: "explore-rows" }, make("summary", {}, words.say("rows", { count: words.figure(block.count) })), list);
  // A list of hundreds is made for those who want it.
  box.addEventListener("toggle", fill, { once: true });
  return box;

  function fill() {
    const rows = [...Array(Math.min(block.count, MOST)).keys()];
    list.append(...rows.map(drawRow));
    if (block.count > MOST) list.append(make("li", { class: "note" }, words.say("rows_note", { shown: words.figure(MOST), all: words.figure(block.count) })));
  }

  function drawRow(row) {
    const [first] = readRow(block, row, columns);
    const name = first ? `${first[0]}: ${first[1] ?? words.say("missing")}` : "";
    const shapes = shapesOf(row);
    const show = button(words.say("show_row"), () => showRow(map, ring, shapes), { "aria-label": `${words.say("show_row")} ${row + 1}` });
    return make("li", {}, make("details", {}, make("summary", {}, `${row + 1}. ${name}`), drawTable(readRow(block, row, columns)), shapes.length ? show : ""));
  }
}

// Below the legend it would not be seen.
function showRow(map, ring, shapes) {
  const bounds = L.latLngBounds([]);
  for (const shape of shapes) bounds.extend(shape.getBounds?.() ?? shape.getLatLng());
  map.fitBounds(bounds, { maxZoom: CLOSEST, paddingBottomRight: [document.getElementById("layers").offsetWidth, 0] });
  ring.setLatLng(bounds.getCenter()).addTo(map).bringToFront();
}
