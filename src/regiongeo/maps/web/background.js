// Land, water, borders, towns, railways, parks, and points of freight.
import L from "leaflet";
import * as colours from "./colours.js";
import { decodeLines, decodePoint } from "./data.js";
import { tooltip } from "./dom.js";
import { symbol } from "./symbols.js";

const QUIET = { interactive: false, smoothFactor: 0.7 };

export function drawBackground(map, data, words) {
  const shape = (lines) => decodeLines(lines, data.scale);
  const area = (rings, style) => L.polygon(shape(rings), { ...QUIET, stroke: false, fillOpacity: 1, ...style });
  const line = (lines, style) => L.polyline(shape(lines), { ...QUIET, ...style });

  const water = L.layerGroup(data.sea.length ? [area(data.sea, { fillColor: colours.SEA })] : []).addTo(map);
  const municipalities = L.featureGroup(data.municipalities.map((one) => drawMunicipality(one, shape))).addTo(map);
  municipalities.bindTooltip((layer) => describe(layer.options.municipality, words), { sticky: true });
  line(data.region, { color: colours.SUBREGION, weight: 2.5, opacity: 0.9 }).addTo(map);

  const builtup = { fillColor: colours.BUILTUP };
  const park = { fillColor: colours.PARK, fillOpacity: 0.6, stroke: true, color: "#5f8f4a", weight: 1 };
  const rail = { color: colours.RAIL, weight: 1.8, dashArray: [1, 4], lineCap: "butt" };
  const subregion = { color: colours.SUBREGION, weight: 1.6, opacity: 0.9, dashArray: [8, 5] };

  const subregions = L.layerGroup(data.subregions.map(({ lines }) => line(lines, subregion)));

  return {
    land: { municipalities, water },
    subregions,
    layers: [
      {
        key: "layer_subregions", on: true, level: 5, group: subregions,
        legend: [{ style: { ...subregion, isLine: true }, label: "layer_subregions", count: data.subregions.length }],
      },
      {
        key: "layer_parks", on: true, level: 2,
        group: L.featureGroup(data.parks.map(({ rings, name }) => area(rings, { ...park, interactive: true, name })))
          .bindTooltip((layer) => tooltip(layer.options.name, words.say("layer_parks")), { sticky: true }),
        legend: [{ style: park, label: "layer_parks", count: data.parks.length }],
      },
      {
        key: "layer_builtup", on: true, level: 1, group: L.layerGroup([area(data.builtup, builtup)]),
        legend: [{ style: builtup, label: "layer_builtup" }],
      },
      {
        key: "layer_railways", on: true, level: 3, group: L.layerGroup([line(data.railways, rail)]),
        legend: [{ style: { ...rail, isLine: true }, label: "layer_railways" }],
      },
      drawFreight(data, words),
    ],
  };
}

function drawMunicipality(municipality, shape) {
  return L.polygon(shape(municipality.rings), {
    municipality,
    smoothFactor: 0.7,
    color: colours.BORDER,
    weight: 1,
    fillColor: municipality.is_member ? colours.LAND : colours.NEIGHBOUR,
    fillOpacity: 1,
  });
}

function describe({ name, subregion, population, is_member: isMember }, words) {
  if (!isMember) return tooltip(name, words.say("neighbour"));
  return tooltip(
    name,
    subregion,
    population === null ? "" : words.say("population", { count: words.number(population) }),
  );
}

const FREIGHT = {
  port: { shape: "triangle", radius: 7, fillColor: "#2f6f8f", color: "#fff", weight: 1.5 },
  airport: { shape: "triangle", radius: 7, fillColor: "#555", color: "#fff", weight: 1.5 },
  freight_node: { shape: "square", radius: 6, fillColor: "#7a5c2e", color: "#fff", weight: 1.5 },
};

function drawFreight(data, words) {
  const points = data.freight.map((point) =>
    symbol(decodePoint(point.at, data.scale), { ...FREIGHT[point.kind], fillOpacity: 1, point }),
  );
  return {
    key: "layer_freight", on: false, level: 8,
    group: L.featureGroup(points).bindTooltip(({ options: { point } }) =>
      tooltip(point.name, words.say(`kind_${point.kind}`)),
    ),
    legend: Object.entries(FREIGHT).map(([kind, style]) => ({
      style, label: `kind_${kind}`, count: data.freight.filter((point) => point.kind === kind).length,
    })),
  };
}
