// The criteria grid: what a plot anywhere in the region would score, until it is scored exactly.
// `workshop/gridfile.py` writes it and takes the same steps in the same order: both give the same figures.
const SYMBOLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const TOP = 62;
const NO_DATA = 63;

// Corners are [lat, lon] or {lat, lng}: one point, or one ring. Null outside the region.
export function makeGrid(data) {
  const struck = decodeLayer(data.struck, data);
  const layers = data.criteria.map((name) => decodeLayer(data.values[name], data));

  function provisionalScore(latlngs, weights) {
    const ring = latlngs.map((corner) => toCells(corner, data));
    if (ring.length === 0 || ring.includes(null)) return null;
    const middle = cellOf(pointInside(ring), data);
    let cells = cellsInside(ring, data);
    if (cells.length === 0 && middle !== null) cells = [middle];
    const means = layers.map((layer) => meanOf(layer, cells));
    if (means.every((value) => value === null)) return null;
    return {
      ...weigh(data.criteria, means, weights),
      values: Object.fromEntries(data.criteria.map((name, at) => [name, means[at]])),
      struck: middle === null ? null : data.reasons[struck[middle]] || null,
    };
  }

  return { provisionalScore };
}

// A layer's steps, row by row from south to north; each is written as the change from the cell to the south.
export function decodeLayer(text, { rows, columns }) {
  const code = new Uint8Array(128);
  for (let at = 0; at < SYMBOLS.length; at += 1) code[SYMBOLS.charCodeAt(at)] = at;
  const steps = new Uint8Array(rows * columns);
  for (let at = 0; at < steps.length; at += 1) {
    const south = at < columns ? NO_DATA : steps[at - columns];
    steps[at] = (south + code[text.charCodeAt(at)]) % SYMBOLS.length;
  }
  return steps;
}

// Easting and northing in EPSG:25832; null outside the box, where the polynomial may say anything.
export function project(lat, lon, toGrid) {
  const x = (lon - toGrid.lon[0]) / toGrid.lon[1];
  const y = (lat - toGrid.lat[0]) / toGrid.lat[1];
  if (!(x >= -1 && x <= 1 && y >= -1 && y <= 1)) return null;
  return [polynomial(toGrid.easting, x, y), polynomial(toGrid.northing, x, y)];
}

function polynomial(rows, x, y) {
  return rows.reduceRight((total, row) => total * x + row.reduceRight((inner, one) => inner * y + one, 0), 0);
}

// Column and row as real numbers; the centre of the first cell is at one half.
function toCells(corner, data) {
  const [lat, lon] = Array.isArray(corner) ? corner : [corner.lat, corner.lng];
  const spot = project(lat, lon, data.to_grid);
  return spot && spot.map((metres, axis) => (metres - data.origin[axis]) / data.cell_m);
}

function cellOf([u, v], { rows, columns }) {
  const column = Math.floor(u);
  const row = Math.floor(v);
  return column >= 0 && column < columns && row >= 0 && row < rows ? row * columns + column : null;
}

// Where the outline crosses a height, from west to east.
function crossings(ring, height) {
  const found = [];
  ring.forEach(([nextU, nextV], at) => {
    const [u, v] = ring.at(at - 1);
    if (v > height !== nextV > height) found.push(u + ((height - v) * (nextU - u)) / (nextV - v));
  });
  return found.sort((one, other) => one - other);
}

// The cells whose centres lie inside, row by row: a shape of any size costs no more than its cells.
export function cellsInside(ring, { rows, columns }) {
  const [lowest, highest] = heightsOf(ring);
  const cells = [];
  for (let row = Math.max(0, Math.floor(lowest)); row <= Math.min(rows - 1, Math.floor(highest)); row += 1) {
    const edges = crossings(ring, row + 0.5);
    for (let at = 0; at < edges.length; at += 2) {
      const end = Math.min(columns, Math.ceil(edges[at + 1] - 0.5));
      for (let column = Math.max(0, Math.ceil(edges[at] - 0.5)); column < end; column += 1) {
        cells.push(row * columns + column);
      }
    }
  }
  return cells;
}

// The centroid, or the middle of the widest stretch at half height where the centroid lies outside.
export function pointInside(ring) {
  const centre = centroid(ring);
  if (centre !== null && crossings(ring, centre[1]).filter((edge) => edge <= centre[0]).length % 2 === 1) {
    return centre;
  }
  const [lowest, highest] = heightsOf(ring);
  const middle = (lowest + highest) / 2;
  const edges = crossings(ring, middle);
  if (edges.length === 0) return ring[0];
  let widest = 0;
  for (let at = 2; at < edges.length; at += 2) {
    if (edges[at + 1] - edges[at] > edges[widest + 1] - edges[widest]) widest = at;
  }
  return [(edges[widest] + edges[widest + 1]) / 2, middle];
}

// Sums from the first corner on lose no digits.
function centroid(ring) {
  const [u0, v0] = ring[0];
  let area = 0;
  let momentU = 0;
  let momentV = 0;
  ring.forEach(([nextU, nextV], at) => {
    const [u, v] = ring.at(at - 1);
    const twice = (u - u0) * (nextV - v0) - (nextU - u0) * (v - v0);
    area += twice;
    momentU += (u - u0 + nextU - u0) * twice;
    momentV += (v - v0 + nextV - v0) * twice;
  });
  return area === 0 ? null : [u0 + momentU / (3 * area), v0 + momentV / (3 * area)];
}

function heightsOf(ring) {
  return ring.reduce(([low, high], [, v]) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
}

function meanOf(layer, cells) {
  let sum = 0;
  let known = 0;
  for (const cell of cells) {
    if (layer[cell] === NO_DATA) continue;
    sum += layer[cell];
    known += 1;
  }
  return known === 0 ? null : sum / (TOP * known);
}

function weigh(criteria, means, weights) {
  let sum = 0;
  let total = 0;
  const missing = [];
  criteria.forEach((name, at) => {
    if (!Object.hasOwn(weights, name) || !(weights[name] > 0)) return;
    if (means[at] === null) {
      missing.push(name);
      return;
    }
    sum += weights[name] * means[at];
    total += weights[name];
  });
  return { score: total > 0 ? sum / total : null, missing };
}
