// One block as a layer: drawn on the map's canvas, read by pointing at it.
import L from "leaflet";
import { make } from "../dom.js";
import { drawHatch } from "../hatch.js";
import { drawLegend } from "./legend.js";
import { drawRows } from "./rows.js";
import { KINDS, readRow, splitShapes } from "./shapes.js";
import { styleOf, swatchOf } from "./styles.js";

const WIDER = 2;

export function drawLayer(map, block, number, words) {
  const hatch = drawHatch();
  const features = splitShapes(block);
  const classOf = (row) => block.classes?.[row] ?? 0;
  const group = L.featureGroup(features.map((feature) => {
    const style = styleOf(feature.kind, classOf(feature.row), block, hatch);
    return draw(feature, { ...style, row: feature.row, smoothFactor: 0.7 });
  }));
  const readTable = (cells) => drawTable(cells, words);
  const table = (columns) => ({ options: { row } }) => readTable(readRow(block, row, columns));
  aimTooltip(map, group);
  if (block.tooltip.length) group.bindTooltip(table(block.tooltip), { sticky: true });
  if (block.popup.length) group.bindPopup(table(block.popup), { maxWidth: 420 });
  if (block.highlight) connectHighlight(group);

  const kind = KINDS.find((one) => block[one].length) ?? "areas";
  const key = `explore-${number}`;
  const shapesOf = (row) => group.getLayers().filter(({ options }) => options.row === row);
  const rows = drawRows(map, block, words, { drawTable: readTable, shapesOf });
  const layer = { key, title: block.name, on: true, level: number, group, rows, legend: [] };
  if (!block.has_legend) return layer;
  if (block.legend.length || block.ramp || block.notes.length) return { ...layer, body: drawLegend(kind, block, words, hatch) };
  // One colour for all stands beside the name.
  return { ...layer, legend: [{ label: key, text: block.name, style: swatchOf(kind, 0, block, hatch), count: block.count }] };
}

function draw({ kind, at }, options) {
  if (kind === "areas") return L.polygon(at, options);
  return kind === "lines" ? L.polyline(at, options) : L.circleMarker(at, options);
}

function drawTable(cells, words) {
  const tell = (value) => {
    if (value === null) return make("em", {}, words.say("missing"));
    return typeof value === "number" ? words.figure(value) : String(value);
  };
  return make("dl", { class: "explore-cells" }, ...cells.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, tell(value))]));
}

// Beside the pointer where there is room: not under the legend. Heard before Leaflet places the tooltip.
function aimTooltip(map, group) {
  const legend = document.getElementById("layers");
  group.on("mouseover mousemove", ({ containerPoint }) => {
    const tip = group.getTooltip();
    const room = map.getSize().x - (legend.open ? legend.offsetWidth : 0);
    if (tip) tip.options.direction = containerPoint?.x > room / 2 ? "left" : "right";
  });
}

function connectHighlight(group) {
  const widen = (by) => ({ layer }) => layer.setStyle({ weight: (layer.options.weight ?? 1) + by });
  group.on("mouseover", widen(WIDER));
  group.on("mouseout", widen(-WIDER));
}
