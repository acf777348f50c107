// The data block and its shapes: whole steps of 1/scale degree, each point as the step from the one before.

export function readData(page) {
  return JSON.parse(page.getElementById("rg-data").textContent);
}

export function decodePoint([lon, lat], scale) {
  return [lat / scale, lon / scale];
}

export function decodeLine(steps, scale) {
  const points = new Array(steps.length / 2);
  let lon = 0;
  let lat = 0;
  for (let at = 0; at < points.length; at += 1) {
    lon += steps[2 * at];
    lat += steps[2 * at + 1];
    points[at] = [lat / scale, lon / scale];
  }
  return points;
}

export function decodeLines(lines, scale) {
  return lines.map((steps) => decodeLine(steps, scale));
}

export function isRated(site) {
  return site.score !== null;
}

export function classOf(value, breaks) {
  let found = 0;
  while (found < breaks.length - 1 && value >= breaks[found + 1]) found += 1;
  return found;
}
