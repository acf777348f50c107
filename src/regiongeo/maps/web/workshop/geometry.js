// Shapes of the workshop: GeoJSON in lon/lat with six decimals, and the lat/lon pairs Leaflet draws.

export function round6(degrees) {
  return Math.round(degrees * 1e6) / 1e6 + 0;
}

export function pointOf([lat, lon]) {
  return { type: "Point", coordinates: [round6(lon), round6(lat)] };
}

// An open ring of lat/lon pairs as a polygon: closed, counter-clockwise.
export function polygonOf(corners) {
  const ring = corners.map(([lat, lon]) => [round6(lon), round6(lat)]);
  const isLeft = turnOf(ring) > 0;
  const turned = isLeft ? ring : [ring[0], ...ring.slice(1).reverse()];
  return { type: "Polygon", coordinates: [[...turned, [...turned[0]]]] };
}

export function turnOf(ring) {
  return ring.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = ring[(at + 1) % ring.length];
    return sum + (x - nextX) * (nextY + y);
  }, 0);
}

export function ringsOf({ coordinates }) {
  return coordinates.map((ring) => ring.map(([lon, lat]) => [lat, lon]));
}

// What a score is asked for: the point, or the outer ring without the corner that closes it.
export function latlngsOf(geometry) {
  if (geometry.type === "Point") return [[geometry.coordinates[1], geometry.coordinates[0]]];
  return ringsOf(geometry)[0].slice(0, -1);
}

// A point inside: the middle of the widest stretch half-way up, so that a label stands on the shape.
export function insideOf(geometry) {
  if (geometry.type === "Point") return latlngsOf(geometry)[0];
  const rings = ringsOf(geometry);
  const lats = rings[0].map(([lat]) => lat);
  const middle = (Math.min(...lats) + Math.max(...lats)) / 2;
  const stops = rings.flatMap((ring) => crossingsAt(ring, middle)).sort((one, other) => one - other);
  let widest = null;
  for (let at = 0; at + 1 < stops.length; at += 2) {
    const width = stops[at + 1] - stops[at];
    if (!widest || width > widest.width) widest = { width, at: [middle, (stops[at] + stops[at + 1]) / 2] };
  }
  return widest?.at ?? rings[0][0];
}

function crossingsAt(ring, middle) {
  return ring.slice(1).flatMap(([lat, lon], at) => {
    const [fromLat, fromLon] = ring[at];
    if (fromLat <= middle === lat <= middle) return [];
    return [fromLon + ((middle - fromLat) / (lat - fromLat)) * (lon - fromLon)];
  });
}
