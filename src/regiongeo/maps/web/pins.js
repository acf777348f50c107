// Where the numbered pins stand: on their place, or beside it where a better one is in the way.

import { isRated } from "./data.js";

const TURNS = 12;
const PINS = 10;

export function isPinned(site) {
  return isRated(site) && site.rank <= PINS;
}

export function pinClass({ gain, kind }) {
  return ["pin", ...(gain ? ["chosen"] : []), ...(kind === "possible_junction" ? ["unsure"] : [])].join(" ");
}

// points: [{x, y}] in order of rank; returns the offset [dx, dy] of each, so that no two pins, and no pin and
// point to avoid, are closer than `size`, and no pin covers one of the boxes.
export function spread(points, size, avoid = [], boxes = []) {
  const taken = [...avoid];
  return points.map(({ x, y }) => {
    const offset = candidates(size).find(([dx, dy]) =>
      taken.every((pin) => Math.hypot(pin.x - x - dx, pin.y - y - dy) >= size)
        && boxes.every((box) => isClear(x + dx, y + dy, box, size / 2 + 2)),
    ) ?? [0, 0];
    taken.push({ x: x + offset[0], y: y + offset[1] });
    return offset;
  });
}

function isClear(x, y, [left, top, right, bottom], reach) {
  return x + reach <= left || x - reach >= right || y + reach <= top || y - reach >= bottom;
}

function candidates(size) {
  const found = [[0, 0]];
  for (let ring = 1; ring <= 6; ring += 1) {
    for (let turn = 0; turn < TURNS; turn += 1) {
      const angle = (2 * Math.PI * turn) / TURNS - Math.PI / 2;
      found.push([ring * size * Math.cos(angle), ring * size * Math.sin(angle)]);
    }
  }
  return found;
}
