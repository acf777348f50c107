// UTM zone 32 on GRS80 (EPSG:25832) by Krüger's series, and lengths and areas on the ellipsoid from it.

const AXIS = 6378137;
const FLATTENING = 1 / 298.257222101;
const THIRD = FLATTENING / (2 - FLATTENING);
const ECCENTRICITY = Math.sqrt(FLATTENING * (2 - FLATTENING));
const SCALE = 0.9996;
const EAST = 500000;
const MERIDIAN = 9;
const RADIUS = (AXIS / (1 + THIRD)) * (1 + THIRD ** 2 / 4 + THIRD ** 4 / 64);
const SERIES = [
  THIRD / 2 - (2 * THIRD ** 2) / 3 + (5 * THIRD ** 3) / 16 + (41 * THIRD ** 4) / 180,
  (13 * THIRD ** 2) / 48 - (3 * THIRD ** 3) / 5 + (557 * THIRD ** 4) / 1440,
  (61 * THIRD ** 3) / 240 - (103 * THIRD ** 4) / 140,
  (49561 * THIRD ** 4) / 161280,
];
// Squared mean radius of curvature at 60° N: good to 1e-6 of the scale all over the region.
const CURVATURE = 6379000 ** 2;

// [lat, lon] in degrees to [easting, northing] in metres.
export function toUtm([lat, lon]) {
  const sine = Math.sin((lat * Math.PI) / 180);
  const across = ((lon - MERIDIAN) * Math.PI) / 180;
  const tangent = Math.sinh(Math.atanh(sine) - ECCENTRICITY * Math.atanh(ECCENTRICITY * sine));
  const north = Math.atan2(tangent, Math.cos(across));
  const east = Math.atanh(Math.sin(across) / Math.hypot(1, tangent));
  const sum = (one, other) => SERIES.reduce((total, factor, at) => total + factor * one(2 * (at + 1)) * other(2 * (at + 1)), 0);
  const x = east + sum((k) => Math.cos(k * north), (k) => Math.sinh(k * east));
  const y = north + sum((k) => Math.sin(k * north), (k) => Math.cosh(k * east));
  return [EAST + SCALE * RADIUS * x, SCALE * RADIUS * y];
}

// Metres on the ground along the corners.
export function lengthOfLine(latlngs) {
  const points = latlngs.map(toUtm);
  return points.slice(1).reduce((sum, [x, y], at) => {
    const [fromX, fromY] = points[at];
    const inverse = (one) => 1 / scaleAt(one);
    return sum + Math.hypot(x - fromX, y - fromY) * simpson(inverse, fromX, x);
  }, 0);
}

// Square metres on the ground inside an open ring. Green's theorem, with the map scale taken out: the scale
// depends on the easting alone, so Simpson's rule is exact along each side.
export function areaOfRing(latlngs) {
  const points = latlngs.map(toUtm);
  const total = points.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = points[(at + 1) % points.length];
    return sum + (nextY - y) * simpson(groundEast, x, nextX);
  }, 0);
  return Math.abs(total);
}

function scaleAt(easting) {
  const across = (easting - EAST) / SCALE;
  return SCALE * (1 + across ** 2 / (2 * CURVATURE));
}

// The integral of 1 / scale² from the meridian.
function groundEast(easting) {
  const across = (easting - EAST) / SCALE;
  return (across - across ** 3 / (3 * CURVATURE)) / SCALE;
}

function simpson(of, from, to) {
  return (of(from) + 4 * of((from + to) / 2) + of(to)) / 6;
}
