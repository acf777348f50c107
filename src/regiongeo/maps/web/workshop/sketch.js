// A shape on its way: corners are lat/lon pairs with six decimals. Pure; drawing.js puts it on the map.
import { pointOf, polygonOf, round6 } from "./geometry.js";
import { LIMITS } from "./limits.js";

const LEAST = { point: 1, rectangle: 2, polygon: 3, area: 3, line: 2 };

export function isRing(kind) {
  return kind === "polygon" || kind === "area";
}

// Returns { corners } with the new one, or { refused } with the word for why not; `isDone` where no more can follow.
export function addCorner(kind, corners, [lat, lon]) {
  const corner = [round6(lat), round6(lon)];
  if (corners.length && isEqual(corners.at(-1), corner)) return { corners };
  if (corners.length >= LIMITS.vertices - 1) return { refused: "ws_many_corners" };
  const added = [...corners, corner];
  if (isRing(kind) && crosses(added, { isClosed: false })) return { refused: "ws_crossing" };
  if (kind === "rectangle" && added.length === 2 && isFlat(outline(kind, added))) return { refused: "ws_flat" };
  return { corners: added, isDone: kind === "point" || (kind === "rectangle" && added.length === 2) };
}

// The word for why the shape is not whole, or null.
export function refusal(kind, corners) {
  if (corners.length < LEAST[kind]) return `ws_few_${kind === "line" ? "points" : "corners"}`;
  if (!isRing(kind)) return null;
  if (isFlat(corners)) return "ws_flat";
  return crosses(corners, { isClosed: true }) ? "ws_crossing" : null;
}

// The corners of the shape as it would be drawn.
export function outline(kind, corners) {
  if (kind !== "rectangle" || corners.length < 2) return corners;
  const [[lat, lon], [otherLat, otherLon]] = corners;
  return [[lat, lon], [lat, otherLon], [otherLat, otherLon], [otherLat, lon]];
}

export function toGeometry(kind, corners) {
  return kind === "point" ? pointOf(corners[0]) : polygonOf(outline(kind, corners));
}

export function crosses(corners, { isClosed }) {
  const points = corners.map(([lat, lon]) => [Math.round(lon * 1e6), Math.round(lat * 1e6)]);
  const count = isClosed ? points.length : points.length - 1;
  const side = (at) => [points[at], points[(at + 1) % points.length]];
  for (let one = 0; one < count; one += 1) {
    for (let other = 0; other < one; other += 1) {
      const isNext = one === other + 1;
      const isLast = isClosed && other === 0 && one === count - 1;
      const meets = isNext || isLast
        ? turnsBack(...(isNext ? [side(other), side(one)] : [side(one), side(other)]))
        : doMeet(side(one), side(other));
      if (meets) return true;
    }
  }
  return false;
}

// In whole millionths of a degree, so that the products are exact.
function turn([ax, ay], [bx, by], [cx, cy]) {
  return Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
}

function doMeet([a, b], [c, d]) {
  const turns = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (turns[0] !== turns[1] && turns[2] !== turns[3]) return true;
  const isOn = ([x, y], [fromX, fromY], [toX, toY]) =>
    Math.min(fromX, toX) <= x && x <= Math.max(fromX, toX) && Math.min(fromY, toY) <= y && y <= Math.max(fromY, toY);
  return (turns[0] === 0 && isOn(c, a, b)) || (turns[1] === 0 && isOn(d, a, b))
    || (turns[2] === 0 && isOn(a, c, d)) || (turns[3] === 0 && isOn(b, c, d));
}

// Two sides with a corner in common: wrong only where the second runs back over the first.
function turnsBack([a, b], [, c]) {
  return turn(a, b, c) === 0 && (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0;
}

function isFlat(corners) {
  const points = corners.map(([lat, lon]) => [Math.round(lon * 1e6), Math.round(lat * 1e6)]);
  return points.every((point) => points.every((other) => turn(points[0], point, other) === 0));
}

function isEqual([lat, lon], [otherLat, otherLon]) {
  return lat === otherLat && lon === otherLon;
}
