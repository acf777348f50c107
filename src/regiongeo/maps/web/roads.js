// Roads: width and depth of colour by trucks per day; main roads without figures dashed; the rest thin and grey.
import L from "leaflet";
import { MINOR, TRUCKS, TRUCK_WIDTHS, UNKNOWN } from "./colours.js";
import { classOf, decodeLines } from "./data.js";
import { tooltip } from "./dom.js";

const NO_FIGURES = { color: UNKNOWN, weight: 2.4, dashArray: [8, 5], opacity: 1 };
const OTHER = { color: MINOR, weight: 0.9, opacity: 1 };

export function drawRoads(map, data, words) {
  const line = (lines, style) => L.polyline(decodeLines(lines, data.scale), { smoothFactor: 0.7, lineCap: "butt", ...style });
  const known = data.roads.map((road) => line(road.lines, { ...styleOf(road, data, 1), road, lineCap: "round" }));
  const unknown = data.roads_unknown.map((road) => line(road.lines, { ...NO_FIGURES, road }));
  const group = L.featureGroup([...unknown, ...known]);
  group.bindTooltip(({ options: { road } }) => describe(road, data, words), { sticky: true });
  const widen = () => known.forEach((one) => one.setStyle(styleOf(one.options.road, data, growth(map.getZoom()))));
  map.on("zoomend", widen);
  widen();
  return {
    layers: [
      {
        key: "layer_roads", on: true, level: 6, group, title: words.say("layer_roads", { year: data.base_year }),
         legend: legendOf(data, words),
      },
      {
        key: "layer_roads_other", on: true, level: 4,
        group: L.layerGroup([line(data.roads_other, { ...OTHER, interactive: false })]),
        legend: [{ style: { ...OTHER, isLine: true }, label: "layer_roads_other" }],
      },
    ],
  };
}

export function growth(zoom) {
  return Math.min(1.5, Math.max(0.7, 1 + (zoom - 8.5) * 0.12));
}

function styleOf(road, data, factor) {
  const found = classOf(road.truck_aadt, data.truck_breaks);
  return { color: TRUCKS[found], weight: TRUCK_WIDTHS[found] * factor, opacity: 1 };
}

function legendOf(data, words) {
  const km = data.truck_breaks.map(() => 0);
  for (const road of data.roads) km[classOf(road.truck_aadt, data.truck_breaks)] += road.length_km;
  const rows = data.truck_breaks.map((low, at) => ({
    style: { isLine: true, color: TRUCKS[at], weight: TRUCK_WIDTHS[at] },
    text: nameClass(low, data.truck_breaks[at + 1], words),
    note: words.say("kilometres", { km: words.number(km[at]) }),
  }));
  return [...rows.reverse(), { style: { ...NO_FIGURES, isLine: true }, label: "legend_roads_unknown" }];
}

function nameClass(low, high, words) {
  if (high === undefined) return words.say("class_from", { low: words.number(low) });
  if (low === 0) return words.say("class_under", { high: words.number(high) });
  return words.say("class_to", { low: words.number(low), high: words.number(high) });
}

function describe(road, data, words) {
  if (!("truck_aadt" in road)) return tooltip(road.road, words.say("no_figures"));
  const perDay = (count) => words.say("per_day", { count: words.number(count) });
  const row = (key, count) => (count === null ? "" : `${words.say(key)}: ${perDay(count)}`);
  return tooltip(
    road.road ?? "",
    row("trucks", road.truck_aadt),
    row("heavy", road.heavy_aadt),
    row("all_vehicles", road.aadt),
    `${words.say("basis")}: ${describeBasis(road, data, words)}`,
  );
}

// Volumes are those of the base year, whichever year was counted.
function describeBasis({ traffic_basis: basis, basis_year: year }, { base_year: base }, words) {
  const counted = words.say(`basis_${basis}`, { year: year ?? "–" });
  return year === base ? counted : words.say("converted", { counted, base });
}
