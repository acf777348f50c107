// Geometry of small line charts: pure functions, in the units of the drawing.

// Round steps that cover low to high: [low, …, high].
export function ticks(low, high, most = 4) {
  if (!(high > low)) return [low];
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((one) => one * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

// Where values and years stand in a box; years that are missing leave a gap in the line.
export function makeScale(points, { width, height, left, right, top, bottom }, more = []) {
  const [years, values] = [points.map(({ year }) => year), [...points.map(({ value }) => value), ...more]];
  const [first, last, low, high] = [Math.min(...years), Math.max(...years), Math.min(...values), Math.max(...values)];
  const room = (high - low) * 0.08 || Math.abs(high) * 0.05 || 1;
  const part = (value, from, to) => (to > from ? (value - from) / (to - from) : 0.5);
  return {
    x: (year) => left + part(year, first, last) * (width - left - right),
    y: (value) => height - bottom - part(value, low - room, high + room) * (height - top - bottom),
    years: [first, last],
    range: [low - room, high + room],
  };
}

// Runs of years that follow each other by the usual step.
export function splitRuns(points) {
  const gaps = points.slice(1).map(({ year }, at) => year - points[at].year);
  const usual = Math.min(...gaps);
  const runs = [];
  points.forEach((point, at) => {
    if (at === 0 || gaps[at - 1] > usual) runs.push([]);
    runs.at(-1).push(point);
  });
  return runs;
}

export function pathOf(points, { x, y }) {
  return points.map(({ year, value }, at) => `${at ? "L" : "M"}${x(year).toFixed(1)} ${y(value).toFixed(1)}`).join("");
}

// The corners of where a trend may lie: lines through the middle of the points with the least and the greatest slope.
export function bandOf(points, low, high) {
  const mean = (pick) => points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [middle, level] = [mean(({ year }) => year), mean(({ value }) => value)];
  const at = (slope, year) => ({ year, value: level + slope * (year - middle) });
  const [first, last] = [points[0].year, points.at(-1).year];
  const centre = { year: middle, value: level };
  return [at(low, first), centre, at(low, last), at(high, last), centre, at(high, first)];
}
