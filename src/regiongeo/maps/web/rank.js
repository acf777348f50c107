// Scores, ranks and how they hold: the arithmetic of regiongeo/robustness.py, step by step, so that ranks and
// shares here are those of the tables. Weights and values are whole steps of 2**-26, and sums of them exact.

const STEPS = 2 ** 26;
const SCORE_BITS = 52;
const TOP = 5;

// To the nearest whole number, halves to the even one, as NumPy rounds.
export function rint(x) {
  const up = Math.round(x);
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

function mix(number) {
  let mixed = Math.imul(number ^ (number >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

export function uniform(number, seed) {
  return (mix((Math.imul(number, 0x9e3779b9) + mix(seed)) | 0) + 0.5) / 2 ** 32;
}

// `keys`: names of the criteria; `rows`: by site its values 0-1, null for no data; `order`: by site the place of
// its id among the sorted ids; `draws`: {count, low, high, seed}.
export function makeRanker({ keys, rows, order, draws }) {
  const sorted = keys.map((_, at) => at).sort((one, other) => (keys[one] < keys[other] ? -1 : 1))
    .filter((at) => rows.some((row) => row[at] !== null));
  const byId = rows.map((_, site) => site).sort((one, other) => order[one] - order[other]);

  // The criteria in use: a weight above 0, and data somewhere.
  const inUse = (weights) => sorted.filter((at) => weights[at] > 0);

  // Score and parts by site; null where nothing is known.
  function score(weights) {
    const counts = new Set(inUse(weights));
    const used = weights.map((weight, at) => (counts.has(at) ? weight : 0));
    return rows.map((row) => {
      const known = used.reduce((sum, weight, at) => sum + (row[at] === null ? 0 : weight), 0);
      if (!(known > 0)) return { score: null, parts: row.map(() => null) };
      const parts = row.map((value, at) => (value === null ? null : (value * used[at]) / known));
      return { score: parts.reduce((sum, part) => sum + (part ?? 0), 0), parts };
    });
  }

  // Ranks by site: the rated ones by score, equal ones by id, then the others by id.
  function rank(weights) {
    const table = prepare(weights);
    const ranks = new Array(rows.length);
    const lost = lose(table, normalise(table.whole, table.whole.length));
    const better = (one, other) => lost[one] - lost[other] || one - other;
    [...lost.keys()].sort(better).forEach((at, place) => { ranks[table.rated[at]] = place + 1; });
    table.others.forEach((site, at) => { ranks[site] = table.rated.length + at + 1; });
    return ranks;
  }

  // Share of the first draws in which a site is among the first five.
  function topShares(weights, count = draws.count) {
    const table = prepare(weights);
    const tops = new Float64Array(table.rated.length);
    const lost = new Float64Array(table.rated.length);
    for (let draw = 0; draw < count; draw += 1) countTop(lose(table, drawn(table, draw), lost), tops);
    return spread(table, tops, (top) => top / count);
  }

  // Adds up ranks over slices of draws, so that a page can stay awake: `next(size)` returns true at the end.
  function makeCount(weights) {
    const table = prepare(weights);
    const sites = table.rated.length;
    const counts = new Int32Array(sites * sites);
    let draw = 0;
    function next(size) {
      for (const end = Math.min(draw + size, draws.count); draw < end; draw += 1) countRanks(lose(table, drawn(table, draw)), counts);
      return draw === draws.count;
    }
    function figures(ranks) {
      const top = Float64Array.from({ length: sites }, (_, at) => sum(counts, at * sites, at * sites + Math.min(TOP, sites)));
      const low = Float64Array.from({ length: sites }, (_, at) => percentile(counts, at * sites, 5, draws.count));
      const high = Float64Array.from({ length: sites }, (_, at) => percentile(counts, at * sites, 95, draws.count));
      const at = new Map(table.rated.map((site, place) => [site, place]));
      return rows.map((_, site) => {
        const place = at.get(site);
        if (place === undefined) return { low: ranks[site], high: ranks[site], top5: 0 };
        return { low: Math.min(low[place], ranks[site]), high: Math.max(high[place], ranks[site]), top5: top[place] / draws.count };
      });
    }
    return { next, figures };
  }

  // The rated sites by id, their shortfalls in steps, and the weights in steps of the largest.
  function prepare(weights) {
    const used = inUse(weights);
    const most = Math.max(...used.map((at) => weights[at]));
    return { ...tableOf(used), whole: used.map((at) => rint((weights[at] / most) * STEPS)) };
  }

  // Memoised for the criteria last used: the table does not depend on how much they weigh.
  let last = { key: null };
  function tableOf(used) {
    const key = used.join();
    if (last.key !== key) last = { key, table: makeTable(used) };
    return last.table;
  }

  function makeTable(used) {
    const rated = byId.filter((site) => used.some((at) => rows[site][at] !== null));
    const others = byId.filter((site) => !used.some((at) => rows[site][at] !== null));
    const room = 2 ** Math.min(0, 63 - SCORE_BITS - bits(rated.length));
    const shortfall = Float64Array.from(
      rated.flatMap((site) => used.map((at) => (rows[site][at] === null ? 0 : rint((1 - rows[site][at]) * STEPS) * room))),
    );
    return { rated, others, shortfall, ...gapsOf(rated.map((site) => used.map((at) => (rows[site][at] === null ? 0 : 1 / STEPS)))) };
  }

  // Memoised: the factors of a draw do not depend on the weights.
  const factors = new Map();
  function factorsOf(criteria) {
    if (!factors.has(criteria)) {
      const { count, low, high, seed } = draws;
      factors.set(criteria, Float64Array.from({ length: count * criteria }, (_, at) => low + (high - low) * uniform(at, seed)));
    }
    return factors.get(criteria);
  }

  function drawn({ whole }, draw) {
    const criteria = whole.length;
    const factor = factorsOf(criteria);
    return normalise(whole.map((weight, at) => rint(weight * factor[draw * criteria + at])), criteria);
  }

  return { score, rank, topShares, makeCount };

  function spread({ rated }, figures, tell) {
    const all = new Array(rows.length).fill(0);
    rated.forEach((site, at) => { all[site] = tell(figures[at]); });
    return all;
  }
}

function bits(sites) {
  return Math.max(1, 32 - Math.clz32(Math.max(0, sites - 1)));
}

function normalise(weights, criteria) {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => rint((weight / sum) * (STEPS - criteria)));
}

// Sites that lack the same figures are one kind: `kinds` has the shares of the weights that count for each, null
// where no site lacks any and all weights count.
function gapsOf(shares) {
  if (shares.every((share) => share.every(Boolean))) return { kinds: [null], kind: new Uint16Array(shares.length) };
  const names = shares.map((share) => share.join());
  const different = [...new Set(names)];
  return { kinds: different.map((name) => shares[names.indexOf(name)]), kind: Uint16Array.from(names, (name) => different.indexOf(name)) };
}

// What each site loses against the best conceivable one, in whole steps, written into `lost`.
function lose({ rated, shortfall, kinds, kind }, weights, lost = new Float64Array(rated.length)) {
  const criteria = weights.length;
  const known = kinds.map((shares) => shares?.reduce((sum, share, k) => sum + weights[k] * share, 0) ?? 1);
  for (let site = 0, at = 0; site < lost.length; site += 1) {
    let sum = 0;
    for (let k = 0; k < criteria; k += 1, at += 1) sum += weights[k] * shortfall[at];
    lost[site] = Math.trunc(sum / known[kind[site]]);
  }
  return lost;
}

// Few places: each site is held against the last of the best so far.
function countTop(lost, tops) {
  const best = [];
  let bar = Infinity;
  for (let site = 0; site < lost.length; site += 1) {
    if (lost[site] >= bar) continue;
    let place = best.length;
    while (place > 0 && lost[site] < lost[best[place - 1]]) place -= 1;
    best.splice(place, 0, site);
    if (best.length > TOP) best.pop();
    if (best.length === TOP) bar = lost[best[TOP - 1]];
  }
  for (const site of best) tops[site] += 1;
}

// Sorting the figures alone is fast; equal ones follow each other by id.
function countRanks(lost, counts) {
  const sites = lost.length;
  const sorted = lost.slice().sort();
  const next = new Map();
  for (let site = 0; site < sites; site += 1) {
    const value = lost[site];
    const place = next.get(value) ?? firstOf(sorted, value);
    next.set(value, place + 1);
    counts[site * sites + place] += 1;
  }
}

function firstOf(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sum(numbers, from, to) {
  let total = 0;
  for (let at = from; at < to; at += 1) total += numbers[at];
  return total;
}

// The least rank that is reached in at least so many percent of the draws.
function percentile(counts, from, percent, draws) {
  let reached = 0;
  for (let rank = 1; ; rank += 1) {
    reached += counts[from + rank - 1];
    if (reached * 100 >= percent * draws) return rank;
  }
}
