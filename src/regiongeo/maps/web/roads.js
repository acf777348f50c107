// Roads: width and depth of colour by trucks per day, dashed where modelled; the rest thin and grey.
import L from "leaflet";
import { FOCUS, MINOR, TRUCKS, TRUCK_WIDTHS, UNKNOWN } from "./colours.js";
import { classOf, decodeLines } from "./data.js";
import { tooltip } from "./dom.js";

const NO_FIGURES = { color: UNKNOWN, weight: 2.4, dashArray: [8, 5], opacity: 1 };
const SOLID = { lineCap: "round" };
const MODELLED = { lineCap: "butt", dashArray: [11, 7] };
const OTHER = { color: MINOR, weight: 0.9, opacity: 1 };

export function drawRoads(map, data, words, onSelect) {
  const line = (lines, style) => L.polyline(decodeLines(lines, data.scale), { smoothFactor: 0.7, lineCap: "butt", ...style });
  const known = data.roads.map((road) => line(road.lines, { ...styleOf(road, data, 1), road }));
  const unknown = data.roads_unknown.map((road) => line(road.lines, { ...NO_FIGURES, road }));
  const group = L.featureGroup([...unknown, ...known]);
  group.bindTooltip(({ options: { road } }) => describe(road, data, words), { sticky: true });
  group.on("click", (event) => {
    const { road } = (event.sourceTarget ?? event.propagatedFrom).options;
    if (hasFlow(road)) onSelect(road);
  });
  const widen = () => known.forEach((one) => one.setStyle(styleOf(one.options.road, data, growth(map.getZoom()))));
  map.on("zoomend", widen);
  widen();
  return {
    highlight: makeHighlight(map, line),
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

// A marker pen over the canvas: what is drawn under it stays to be seen.
function makeHighlight(map, line) {
  map.createPane("highlight").style.zIndex = 450;
  const renderer = L.svg({ pane: "highlight" });
  let shown = null;
  return (road) => {
    shown?.remove();
    shown = road && line(road.lines, { renderer, color: FOCUS, weight: 16, opacity: 0.5, interactive: false, lineCap: "round" }).addTo(map);
  };
}

function hasFlow({ flow }) {
  return flow !== null && flow !== undefined;
}

export function growth(zoom) {
  return Math.min(1.5, Math.max(0.7, 1 + (zoom - 8.5) * 0.12));
}

function styleOf(road, data, factor) {
  const found = classOf(road.truck_aadt, data.truck_breaks);
  return { ...(isModelled(road) ? MODELLED : SOLID), color: TRUCKS[found], weight: TRUCK_WIDTHS[found] * factor, opacity: 1 };
}

function isModelled({ traffic_basis: basis }) {
  return basis === "modelled";
}

function legendOf(data, words) {
  const km = data.truck_breaks.map(() => 0);
  const modelled = data.roads.filter(isModelled);
  for (const road of data.roads.filter((one) => !isModelled(one))) km[classOf(road.truck_aadt, data.truck_breaks)] += road.length_km;
  const rows = data.truck_breaks.map((low, at) => ({
    style: { isLine: true, color: TRUCKS[at], weight: TRUCK_WIDTHS[at] },
    text: nameClass(low, data.truck_breaks[at + 1], words),
    note: kilometres(km[at], words),
  }));
  const dashed = {
    style: { isLine: true, color: TRUCKS[2], weight: TRUCK_WIDTHS[2], ...MODELLED },
    label: "legend_roads_modelled",
    note: kilometres(modelled.reduce((sum, road) => sum + road.length_km, 0), words),
  };
  const unknown = { style: { ...NO_FIGURES, isLine: true }, label: "legend_roads_unknown" };
  return [...rows.reverse(), ...(modelled.length ? [dashed] : []), ...(data.roads_unknown.length ? [unknown] : [])];
}

function kilometres(km, words) {
  return words.say("kilometres", { km: words.number(km) });
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
    `${words.say("basis")}: ${words.basis(road, data.base_year)}`,
    ...(isModelled(road) ? describeFlow(data.flows.links[road.flow], words) : []),
    hasFlow(road) ? words.say("flows_hint") : "",
  );
}

function describeFlow({ through_percent: through, trip_km: km }, words) {
  return [
    through === null ? "" : `${words.say("flow_through")}: ${words.percent(through / 100)}`,
    km === null ? "" : `${words.say("flow_trip_km")}: ${kilometres(km, words)}`,
  ];
}
