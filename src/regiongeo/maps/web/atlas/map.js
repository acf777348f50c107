// The map of the atlas: areas in classes, people in reach as a surface, borders, centres and names.
import L from "leaflet";
import * as colours from "../colours.js";
import { decodeLines, decodePoint } from "../data.js";
import { make, tooltip } from "../dom.js";
import { drawHatch } from "../hatch.js";
import { drawLabels } from "../labels.js";
import { drawRow } from "../legend.js";
import { symbol } from "../symbols.js";
import { paletteOf, REACH } from "./colours.js";
import { classOf, countClasses } from "./figures.js";

const QUIET = { interactive: false, smoothFactor: 0.7 };
const LARGEST = 24;
const SMALLEST = 2.5;
const HATCHED = { color: "#8c8a84", weight: 1 };

export function drawMap(map, data, figures, words, telling, { onArea }) {
  const hatch = drawHatch();
  const shape = (lines) => decodeLines(lines, data.scale);
  const quiet = (rings, style) => L.polygon(shape(rings), { ...QUIET, stroke: false, fillOpacity: 1, ...style });
  const line = (lines, style) => L.polyline(shape(lines), { ...QUIET, ...style });
  let choice = null;
  let isColoured = true;

  L.layerGroup(data.neighbours.map((rings) => quiet(rings, { stroke: true, color: colours.BORDER, weight: 1, fillColor: colours.NEIGHBOUR }))).addTo(map);
  const polygons = data.areas.municipality.map((one) => L.polygon(shape(one.rings), { one, smoothFactor: 0.7, color: "#ffffff", weight: 1, fillOpacity: 1 }));
  const areas = L.featureGroup(polygons).addTo(map);
  areas.bindTooltip(({ options: { one } }) => describe(one), { sticky: true });
  areas.on("click", ({ sourceTarget: { options: { one } } }) => onArea(choice.kind, areaOf(one).id));
  const surface = data.surface && drawSurface(data, words, quiet);
  const water = L.layerGroup(data.sea.length ? [quiet(data.sea, { fillColor: colours.SEA })] : []).addTo(map);
  const borders = L.layerGroup(data.borders.map((lines) => line(lines, { color: colours.INK, weight: 1.6, opacity: 0.75 })));
  const outline = L.layerGroup([line(data.outline, { color: colours.INK, weight: 2.6, opacity: 0.9 })]).addTo(map);
  const ring = L.layerGroup().addTo(map);
  const centres = drawCentres(data, words, { onArea });
  const parts = L.layerGroup();
  const labels = drawLabels(map, nameData(data), words, { pins: () => [], tags: () => [], subregions: parts });

  const legend = make("ul", { class: "at-legend" });
  const classes = {
    key: "layer_classes", on: true, level: 1, group: null, legend: [], body: legend,
    onToggle(on) {
      isColoured = on;
      if (on) uncover();
      if (choice) paint();
    },
  };
  if (surface) surface.insteadOf = [classes];

  // The surface would lie over the classes that are asked for.
  function uncover() {
    if (!surface || !map.hasLayer(surface.group)) return;
    surface.group.removeFrom(map);
    surface.setChecked(false);
  }

  function areaOf(municipality) {
    return choice.kind === "subregion" ? data.areas.subregion.find(({ id }) => id === municipality.subregion) : municipality;
  }

  function describe(municipality) {
    const area = areaOf(municipality);
    const indicator = figures.indicator(choice.key);
    const value = figures.value(choice.key, choice.kind, area.id, choice.year);
    const note = figures.noteOf(choice.key, choice.kind, area.id, choice.year);
    return tooltip(area.name, area === municipality ? "" : municipality.name, `${indicator.name}, ${choice.year}: ${telling.full(value, indicator)}`,
      value === null && note ? data.notes[note] ?? note : "");
  }

  function show(wanted) {
    if (choice && choice.key !== wanted.key && !isColoured) {
      classes.setChecked(true);
      classes.onToggle(true);
    }
    choice = wanted;
    map[choice.kind === "subregion" ? "addLayer" : "removeLayer"](parts);
    paint();
    drawLegend();
    labels.draw();
  }

  function paint() {
    const indicator = figures.indicator(choice.key);
    const edges = indicator.edges[choice.kind];
    const palette = paletteOf({ count: edges.length + 1, hasSign: indicator.has_sign });
    for (const polygon of polygons) {
      const found = classOf(figures.value(choice.key, choice.kind, areaOf(polygon.options.one).id, choice.year), edges);
      const fill = found === null ? hatch : palette[found];
      polygon.setStyle({ fillColor: isColoured ? fill : colours.LAND, color: isColoured ? "#ffffff" : colours.BORDER });
    }
  }

  function drawLegend() {
    const { key, kind, year } = choice;
    const indicator = figures.indicator(key);
    const edges = indicator.edges[kind];
    const palette = paletteOf({ count: edges.length + 1, hasSign: indicator.has_sign });
    const { counts, missing } = countClasses(data.areas[kind].map(({ id }) => figures.value(key, kind, id, year)), edges);
    const rows = telling.classes(edges, indicator).map((text, at) => drawRow({ text, count: counts[at], style: { ...HATCHED, fillColor: palette[at] } }, words)).reverse();
    if (missing) rows.push(drawRow({ text: words.say("class_missing"), count: missing, style: { ...HATCHED, fillColor: hatch } }, words));
    const sources = indicator.sources.map((one) => data.sources[one] ?? one).join("; ");
    const notes = [words.say(`legend_counts_${kind}`), indicator.years.length > 1 ? words.say("legend_fixed") : "",
      indicator.group === "access" ? words.say("legend_speeds") : "", words.say("legend_source", { source: sources })];
    legend.replaceChildren(make("li", { class: "caption" }, [`${indicator.name}, ${year}`, indicator.unit && `[${indicator.unit}]`].filter(Boolean).join(" ")), ...rows,
      ...notes.filter(Boolean).map((note) => make("li", { class: "note" }, note)));
  }

  // A ring around what is read about in the card.
  function mark(kind, id) {
    ring.clearLayers();
    const chosen = polygons.filter(({ options: { one } }) => kind !== "region" && (kind === "subregion" ? one.subregion === id : one.id === id));
    chosen.forEach((one) => ring.addLayer(L.polygon(one.getLatLngs(), { ...QUIET, fill: false, color: colours.CHOSEN, weight: 3.5 })));
    restack();
    return L.latLngBounds(chosen.map((one) => one.getBounds()));
  }

  // One canvas draws everything: what was switched on last would else cover the water and the borders.
  function restack() {
    const groups = [surface?.group, water, outline, borders, ring, centres.group].filter((group) => group && map.hasLayer(group));
    groups.forEach((group) => group.eachLayer((one) => one.bringToFront()));
  }

  return {
    show,
    mark,
    restack,
    layers: [
      classes,
      ...(surface ? [surface] : []),
      centres,
      { key: "layer_borders", on: true, level: 6, group: borders, legend: [{ label: "layer_borders", style: { color: colours.INK, weight: 1.6, isLine: true } }] },
      labels.layer,
    ],
  };
}

function drawSurface(data, words, quiet) {
  const { rings, edges, counts, minutes } = data.surface;
  const palette = paletteOf({ count: edges.length + 1, hasSign: false, ramp: REACH });
  const told = (edge) => words.number(edge);
  const texts = edges.length
    ? [words.say("class_below", { high: told(edges[0]) }), ...edges.slice(1).map((high, at) => words.say("class_between", { low: told(edges[at]), high: told(high) })),
      words.say("class_above", { low: told(edges.at(-1)) })]
    : [words.say("class_all")];
  return {
    key: "layer_surface", title: words.say("layer_surface", { minutes }), on: false, level: 2,
    group: L.layerGroup(rings.map((one, at) => quiet(one, { fillColor: palette[at], smoothFactor: 0.3 }))),
    legend: [...texts.map((text, at) => ({ text, style: { ...HATCHED, fillColor: palette[at] }, isUsed: counts[at] > 0 })).filter(({ isUsed }) => isUsed).reverse()],
  };
}

function drawCentres(data, words, { onArea }) {
  const known = new Set(data.areas.municipality.map(({ id }) => id));
  const largest = Math.max(...data.centres.map(({ size }) => size));
  const radius = (size) => Math.max(SMALLEST, LARGEST * Math.sqrt(size / largest));
  const style = { shape: "circle", color: colours.INK, weight: 1.4, fillColor: "#ffffff", fillOpacity: 0.7 };
  const points = data.centres.map((one) => symbol(decodePoint(one.at, data.scale), { ...style, radius: radius(one.size), one }));
  const told = (size) => words.say("centre_people", { count: words.number(size) });
  const round = 10 ** Math.floor(Math.log10(largest));
  return {
    key: "layer_centres", on: true, level: 7,
    group: L.featureGroup(points).bindTooltip(({ options: { one } }) => tooltip(one.name, told(one.size)))
      .on("click", ({ sourceTarget: { options: { one } } }) => known.has(one.id) && onArea("municipality", one.id)),
    legend: [round, round / 10].map((size) => ({ text: told(size), style: { ...style, radius: Math.min(radius(size), 10) } })),
  };
}

// Names of municipalities as towns, those with the largest centres first.
function nameData(data) {
  const rank = new Map(data.centres.map((one) => [one.id, one.rank]));
  const level = (place) => (place === 1 ? 1 : place <= 12 ? 2 : place <= 35 ? 3 : 4);
  const listed = data.areas.municipality.map(({ id, name, at }) => ({ name, at, place: rank.get(id) ?? Infinity }));
  return {
    ...data,
    places: listed.sort((one, other) => one.place - other.place).map(({ name, at, place }) => ({ name, at, rank: level(place) })),
    shields: [],
    subregions: data.areas.subregion.filter(({ is_subregion: isReal }) => isReal).map(({ name, at }) => ({ name, at })),
  };
}
