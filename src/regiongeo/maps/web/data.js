// The data block and its shapes: whole steps of 1/scale degree, each point as the step from the one before.

// JSON, gzip, base64: small, and no character that markup gives a meaning.
export async function readData(page) {
  const packed = Uint8Array.from(atob(page.getElementById("rg-data").textContent), (one) => one.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked).json();
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
