// The region under everything: sea, municipalities and names. Points at nothing, so it never takes a click.
import L from "leaflet";
import * as colours from "../colours.js";
import { decodeLines } from "../data.js";
import { drawLabels } from "../labels.js";

export function drawBackground(map, data, words) {
  const pane = map.createPane("explore-background");
  pane.style.zIndex = 150;
  pane.style.pointerEvents = "none";
  const quiet = { interactive: false, renderer: L.canvas({ pane: "explore-background", padding: 0.3 }), pane: "explore-background" };
  const area = (rings, style) => L.polygon(decodeLines(rings, data.scale), { ...quiet, fillOpacity: 1, smoothFactor: 0.7, ...style }).addTo(map);
  for (const { rings, is_member: isMember } of data.municipalities) {
    area(rings, { color: colours.BORDER, weight: 1, fillColor: isMember ? colours.LAND : colours.NEIGHBOUR });
  }
  area(data.sea, { stroke: false, fillColor: colours.SEA });
  const none = () => [];
  drawLabels(map, { ...data, shields: [], subregions: [] }, words, { pins: none, tags: none, subregions: L.layerGroup() }).draw();
}
