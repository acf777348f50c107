// Where an area lies, as a small drawing for the paper: there the map itself is left out.
import { decodeLines } from "../data.js";
import { draw } from "./svg.js";

const WIDTH = 300;

export function makeLocator(data) {
  const [[west, south], [east, north]] = data.bounds.map(([lon, lat]) => [lon / data.scale, lat / data.scale]);
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const factor = WIDTH / ((east - west) * shrink);
  const height = Math.ceil((north - south) * factor);
  const place = ([lat, lon]) => `${((lon - west) * shrink * factor).toFixed(1)} ${((north - lat) * factor).toFixed(1)}`;
  let paths = null;

  const trace = (rings) => decodeLines(rings, data.scale).map((ring) => `M${thin(ring).map(place).join("L")}Z`).join("");

  // `ids`: municipalities to set off.
  return (ids) => {
    paths ??= data.areas.municipality.map(({ id, rings }) => [id, trace(rings)]);
    return draw("svg", { viewBox: `-2 -2 ${WIDTH + 4} ${height + 4}`, class: "at-locator", "aria-hidden": "true" },
      ...paths.map(([id, d]) => draw("path", { d, class: ids.includes(id) ? "chosen" : "" })));
  };
}

// A point in three is enough at this size; short rings are kept whole.
function thin(ring) {
  return ring.length < 30 ? ring : ring.filter((_, at) => at % 3 === 0);
}
