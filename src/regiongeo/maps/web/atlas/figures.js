// The figures of the atlas by indicator, kind of area, area and year: pure functions over the data block.

export function makeFigures(data) {
  const byKey = new Map(data.indicators.map((one) => [one.key, one]));
  const rows = Object.fromEntries(Object.entries(data.areas).map(([kind, list]) => [kind, new Map(list.map(({ id }, row) => [id, row]))]));
  const notes = new Map(data.indicators.map((one) => [one.key, indexNotes(one)]));

  const at = (key, year) => byKey.get(key).years.indexOf(year);

  function value(key, kind, id, year) {
    return byKey.get(key)?.values[kind][rows[kind].get(id)]?.[at(key, year)] ?? null;
  }

  // Years with a figure: [{year, value}].
  function series(key, kind, id) {
    const one = byKey.get(key);
    const values = one?.values[kind][rows[kind].get(id)] ?? [];
    return values.map((value, column) => ({ year: one.years[column], value })).filter(({ value }) => value !== null);
  }

  function ranking(key, kind, year) {
    return rankRows(data.areas[kind].map((area) => ({ area, value: value(key, kind, area.id, year), note: noteOf(key, kind, area.id, year) })));
  }

  function noteOf(key, kind, id, year) {
    return notes.get(key)?.[kind].get(`${rows[kind].get(id)} ${at(key, year)}`) ?? "";
  }

  return {
    indicator: (key) => byKey.get(key),
    value,
    series,
    ranking,
    noteOf,
    // The last year up to `limit` that the area has a figure of.
    last: (key, kind, id, limit = Infinity) => series(key, kind, id).filter(({ year }) => year <= limit).at(-1) ?? null,
    // Years in which some area of the kind has a figure.
    yearsOf: (key, kind) => byKey.get(key).years.filter((_, column) => byKey.get(key).values[kind].some((row) => row[column] !== null)),
    hasAny: (key, kind) => byKey.get(key).values[kind].some((row) => row.some((one) => one !== null)),
    place: (key, kind, id, year) => placeOf(ranking(key, kind, year), id),
  };
}

function indexNotes({ notes }) {
  const flat = (one) => Object.entries(one).flatMap(([note, cells]) => cells.map(([row, column]) => [`${row} ${column}`, note]));
  return Object.fromEntries(Object.entries(notes).map(([kind, one]) => [kind, new Map(flat(one))]));
}

// Largest first, those without a figure last; equal figures share a rank.
export function rankRows(rows) {
  const known = rows.filter(({ value }) => value !== null).sort((one, other) => other.value - one.value);
  const ranked = known.map((row) => ({ ...row, rank: known.findIndex(({ value }) => value === row.value) + 1 }));
  return [...ranked, ...rows.filter(({ value }) => value === null).map((row) => ({ ...row, rank: null }))];
}

export function placeOf(ranking, id) {
  const known = ranking.filter(({ rank }) => rank !== null);
  const found = known.find(({ area }) => area.id === id);
  return found ? { rank: found.rank, count: known.length } : null;
}

// `order`: {by: "value" | "name", down}. Without a figure comes last either way.
export function sortRows(rows, { by, down }, compare) {
  const known = rows.filter(({ value }) => by === "name" || value !== null);
  const sign = down ? -1 : 1;
  const sorted = [...known].sort((one, other) => sign * (by === "name" ? compare(one.area.name, other.area.name) : one.value - other.value));
  return [...sorted, ...rows.filter((row) => !known.includes(row))];
}

// Class of a value by the lower edges of all classes but the lowest; null where there is no value.
export function classOf(value, edges) {
  return value === null ? null : edges.filter((edge) => value >= edge).length;
}

export function countClasses(values, edges) {
  const counts = new Array(edges.length + 1).fill(0);
  const classes = values.map((value) => classOf(value, edges));
  classes.filter((one) => one !== null).forEach((one) => { counts[one] += 1; });
  return { counts, missing: classes.filter((one) => one === null).length };
}

// As few decimals as write the edges as they are.
export function edgeDecimals(edges) {
  const digits = (edge) => (String(Math.abs(edge)).split(".")[1] ?? "").length;
  return Math.min(6, Math.max(0, ...edges.map(digits)));
}

// The year to show of an indicator: the wished one, or the nearest it has.
export function nearestYear(years, wished) {
  return years.reduce((best, year) => (Math.abs(year - wished) < Math.abs(best - wished) ? year : best), years[0]);
}
