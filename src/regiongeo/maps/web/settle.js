// Where tags stand: beside their place, on the first side that is free, or farther off.
import { makeIndex } from "./collision.js";

export const TAG_HEIGHT = 26;
const GAPS = [1, 24, 48, 72];
const DIRECTIONS = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [1, -1], [-1, 1], [-1, -1]];

export function around({ x, y }, reach) {
  return [x - reach, y - reach, x + reach, y + reach];
}

export function boxOf({ x, y }, width, height = TAG_HEIGHT) {
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

// heads: [{x, y, reach, width, height}]; returns the middle of each tag, beside its head and clear of `busy` where there is room.
// `isApart` tells those that need a line to their head.
export function settle(heads, busy) {
  const index = makeIndex();
  busy.forEach(index.block);
  return heads.map(({ x, y, reach, width, height = TAG_HEIGHT }) => {
    const spots = GAPS.flatMap((gap) => {
      const [across, down] = [gap + reach + width / 2, gap + reach + height / 2];
      return DIRECTIONS.map(([dx, dy]) => ({ x: x + dx * across, y: y + dy * down, isApart: gap > GAPS[0] || dx * dy !== 0 }));
    });
    const free = spots.find((spot) => index.add(boxOf(spot, width, height)));
    if (!free) index.block(boxOf(spots[0], width, height));
    return free ?? spots[0];
  });
}

// Where a name may stand about its dot, best first: [side, box].
export function sidesOf({ x, y }, { width, height, apart }) {
  const across = { "": x - width / 2, "-right": x - apart, "-left": x + apart - width };
  const down = { above: y - apart - height, below: y + apart };
  const box = (side, left, top) => [side, [left, top, left + width, top + height]];
  const over = (shift) => Object.entries(down).map(([side, top]) => box(side + shift, across[shift], top));
  return [
    ...over(""), box("right", x + apart, y - height / 2), box("left", x - apart - width, y - height / 2), ...over("-right"), ...over("-left"),
  ];
}
