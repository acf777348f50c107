// Lengths, areas and coordinates as people here read them: km and m, dekar, lat/lon and UTM zone 32.
import { make } from "../dom.js";
import { areaOfRing, lengthOfLine, toUtm } from "./utm.js";

// The figure of a sketch in words; empty while there is nothing to measure.
export function describeSketch(kind, corners, words) {
  if (kind === "line") return corners.length < 2 ? "" : writeLength(lengthOfLine(corners), words);
  return kind === "point" || corners.length < 3 ? "" : writeArea(areaOfRing(corners), words);
}

export function areaOfGeometry({ type, coordinates }) {
  if (type !== "Polygon") return null;
  const [outer, ...holes] = coordinates.map((ring) => areaOfRing(ring.slice(0, -1).map(([lon, lat]) => [lat, lon])));
  return outer - holes.reduce((sum, hole) => sum + hole, 0);
}

export function writeArea(squareMetres, words) {
  const dekar = squareMetres / 1000;
  const decimals = dekar < 10 ? 2 : dekar < 1000 ? 1 : 0;
  return words.say("ws_area", { area: words.number(dekar, decimals) });
}

export function writeLength(metres, words) {
  if (metres < 1000) return words.say("ws_metres", { metres: words.number(metres) });
  return words.say("ws_kilometres", { km: words.number(metres / 1000, metres < 100_000 ? 2 : 1) });
}

export function writePlace([lat, lon], words) {
  const [east, north] = toUtm([lat, lon]);
  return words.say("ws_place", {
    lat: words.number(lat, 5), lon: words.number(lon, 5), east: words.number(east), north: words.number(north),
  });
}

// Where the pointer is; where the map was moved by keys, its middle.
export function showCoordinates(map, words) {
  const output = make("p", { class: "ws-place" });
  const write = (key, { lat, lng }) => {
    output.textContent = `${words.say(key)}: ${writePlace([lat, lng], words)}`;
  };
  map.on("mousemove", ({ latlng }) => write("ws_pointer", latlng));
  map.on("moveend", () => write("ws_middle", map.getCenter()));
  write("ws_middle", map.getCenter());
  return output;
}
