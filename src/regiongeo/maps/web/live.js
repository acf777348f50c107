// Sites under other weights: score, rank, parts and how they hold, moved with the sliders.
import { makeRanker } from "./rank.js";

const FIRST_DRAWS = 400;
const QUIET_MS = 250;
const SLICE = 100;

// `onRanked` is called at once with quick shares, and again when all draws are counted.
export function makeLive(data, { onRanked }) {
  const ranker = makeRanker({
    keys: data.criteria.map(({ key }) => key),
    rows: data.sites.map(({ values }) => values),
    order: data.sites.map(({ order }) => order),
    draws: data.draws,
  });
  const given = data.sites.map(({ rank, rank_low: low, rank_high: high, top5_share: top5, score, parts }) => ({ rank, low, high, top5, score, parts }));
  const shares = data.criteria.map(({ weight }) => weight);
  let held = { baseline: null, ranks: null };
  const ranksOf = (baseline) => {
    if (held.baseline !== baseline) held = { baseline, ranks: ranker.rank(baseline) };
    return held.ranks;
  };
  // The first move of a slider would else wait for the draws to be made.
  let pending = setTimeout(() => ranker.topShares(shares, Math.min(FIRST_DRAWS, data.draws.count)), QUIET_MS);

  function weigh({ weights, baseline, isGiven }) {
    clearTimeout(pending);
    const before = ranksOf(baseline);
    if (isGiven) put(data, given.map((one, at) => ({ ...one, moved: before[at] - one.rank })), shares);
    else {
      const ranks = ranker.rank(weights);
      const tops = ranker.topShares(weights, Math.min(FIRST_DRAWS, data.draws.count));
      put(data, ranker.score(weights).map((one, at) => ({
        ...one, rank: ranks[at], moved: before[at] - ranks[at], top5: tops[at], low: null, high: null,
      })), normalise(weights));
      pending = setTimeout(() => count(ranker.makeCount(weights), ranks), QUIET_MS);
    }
    onRanked({ isGiven, isCounted: isGiven });
  }

  function count(counter, ranks) {
    if (!counter.next(SLICE)) {
      pending = setTimeout(() => count(counter, ranks), 0);
      return;
    }
    counter.figures(ranks).forEach(({ low, high, top5 }, at) => {
      Object.assign(data.sites[at], { rank_low: low, rank_high: high, top5_share: top5 });
    });
    onRanked({ isGiven: false, isCounted: true });
  }

  return { weigh, ranker };
}

function put(data, figures, shares) {
  figures.forEach(({ score, parts, rank, moved, top5, low, high }, at) => {
    Object.assign(data.sites[at], { score, parts, rank, moved, top5_share: top5, rank_low: low, rank_high: high });
  });
  data.criteria.forEach((criterion, at) => { criterion.weight = shares[at]; });
  data.ranked = [...data.sites].sort((one, other) => one.rank - other.rank);
}

function normalise(weights) {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
