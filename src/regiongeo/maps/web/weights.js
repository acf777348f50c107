// Weights as a meeting moves them: whole percent that add up to 100, some of them locked.

// The weights with one at `value`, the unlocked others in their proportions to each other.
export function moveWeight(weights, at, value, locked = new Set()) {
  const isFree = weights.map((_, place) => place !== at && !locked.has(place));
  const held = weights.reduce((sum, weight, place) => sum + (place !== at && !isFree[place] ? weight : 0), 0);
  const most = isFree.some(Boolean) ? 100 - held : 100;
  const own = isFree.some(Boolean) ? Math.max(0, Math.min(value, most)) : most - held;
  const rest = 100 - held - own;
  const free = weights.reduce((sum, weight, place) => sum + (isFree[place] ? weight : 0), 0);
  const count = isFree.filter(Boolean).length;
  const parts = weights.map((weight, place) => {
    if (place === at) return own;
    if (!isFree[place]) return weight;
    return free > 0 ? (weight * rest) / free : rest / count;
  });
  return roundTo(parts, 100, isFree);
}

// Whole numbers that add up to `total`: the largest remainders are rounded up, of equal ones the first.
export function roundTo(parts, total, mayMove = parts.map(() => true)) {
  const whole = parts.map(Math.floor);
  const order = parts.map((part, at) => [part - whole[at], at]).filter(([, at]) => mayMove[at])
    .sort((one, other) => other[0] - one[0] || one[1] - other[1]);
  const left = total - whole.reduce((sum, part) => sum + part, 0);
  for (const [, at] of order.slice(0, Math.max(0, left))) whole[at] += 1;
  return whole;
}

export function toPercent(weights) {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return roundTo(weights.map((weight) => (100 * weight) / sum), 100);
}

export function areAlike(one, other) {
  return one.length === other.length && one.every((weight, at) => weight === other[at]);
}
