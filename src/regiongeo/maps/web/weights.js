// Weights as a meeting moves them: shown as whole percent that add up to 100, some of them locked.

// The weights with one at `value` percent, the unlocked others in their proportions to each other, the locked ones at
// the percent they show. Not rounded, so that any number of moves from the same `weights` leaves those proportions be;
// a move back to the percent shown gives the very same `weights`.
export function moveWeight(weights, at, value, locked = new Set()) {
  const shown = toPercent(weights);
  const isFree = weights.map((_, place) => place !== at && !locked.has(place));
  const sumOf = (parts, isCounted) => parts.reduce((sum, part, place) => sum + (isCounted(place) ? part : 0), 0);
  const held = sumOf(shown, (place) => place !== at && !isFree[place]);
  const most = 100 - held;
  const own = isFree.some(Boolean) ? Math.max(0, Math.min(value, most)) : most;
  if (own === shown[at]) return weights;
  const rest = most - own;
  const free = sumOf(weights, (place) => isFree[place]);
  const count = isFree.filter(Boolean).length;
  return weights.map((weight, place) => {
    if (place === at) return own;
    if (!isFree[place]) return shown[place];
    return free > 0 ? (weight * rest) / free : rest / count;
  });
}

// Whole numbers that add up to `total`: the largest remainders are rounded up, of equal ones the first.
export function roundTo(parts, total) {
  const whole = parts.map(Math.floor);
  const order = parts.map((part, at) => [part - whole[at], at])
    .sort((one, other) => other[0] - one[0] || one[1] - other[1]);
  const left = total - whole.reduce((sum, part) => sum + part, 0);
  for (const [, at] of order.slice(0, Math.max(0, left))) whole[at] += 1;
  return whole;
}

// What lies within the noise of a sum is whole.
export function toPercent(weights) {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return roundTo(weights.map((weight) => Math.round((1e11 * weight) / sum) / 1e9), 100);
}

export function areAlike(one, other) {
  return one.length === other.length && one.every((weight, at) => weight === other[at]);
}
