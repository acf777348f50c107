// What another scenario changes: ranks, and which sites the station plan takes.
import { isRated } from "../data.js";

export const FIRST = 10;
const PLACES = ["both", "left", "right"];

// One row a site that either scenario has, in the order of the first one's ranks, then of the other's.
export function pairSites(left, right) {
  const other = new Map(right.map((site) => [site.id, site]));
  const known = new Set(left.map(({ id }) => id));
  const pairs = [
    ...byRank(left).map((site) => [site, other.get(site.id) ?? null]),
    ...byRank(right).filter(({ id }) => !known.has(id)).map((site) => [null, site]),
  ];
  return pairs.map(([one, two]) => ({
    id: (one ?? two).id, name: (one ?? two).name, left: one, right: two, change: changeOf(one, two), planned: plannedIn(one, two),
  }));
}

const byRank = (sites) => [...sites].sort((one, other) => one.rank - other.rank);
const hasRank = (site) => site !== null && isRated(site);

// Places won in the second scenario; null where one of them gives no rank.
function changeOf(one, two) {
  return hasRank(one) && hasRank(two) ? one.rank - two.rank : null;
}

function plannedIn(one, two) {
  const [isLeft, isRight] = [Boolean(one?.offers), Boolean(two?.offers)];
  if (isLeft && isRight) return "both";
  if (isLeft) return "left";
  return isRight ? "right" : null;
}

export function summarise(rows) {
  const isFirst = (site) => hasRank(site) && site.rank <= FIRST;
  const plans = Object.fromEntries(PLACES.map((place) => [place, rows.filter(({ planned }) => planned === place)]));
  return {
    ...plans,
    moved: rows.filter(({ change }) => change).length,
    ranked: rows.filter(({ change }) => change !== null).length,
    kept: rows.filter(({ left, right }) => isFirst(left) && isFirst(right)).length,
    lacking: { left: rows.filter(({ left }) => left === null).length, right: rows.filter(({ right }) => right === null).length },
  };
}

const ORDERS = {
  left: ({ left }) => (hasRank(left) ? left.rank : Infinity),
  right: ({ right }) => (hasRank(right) ? right.rank : Infinity),
  change: ({ change }) => (change === null ? Infinity : -Math.abs(change)),
};

// Equal ones stay in the order they came in.
export function sortRows(rows, order) {
  const key = ORDERS[order];
  return rows.map((row) => [key(row), row]).sort(([one], [other]) => (one === other ? 0 : one - other)).map(([, row]) => row);
}

const FILTERS = {
  first: ({ left, right }) => [left, right].some((site) => hasRank(site) && site.rank <= 2 * FIRST),
  plan: ({ planned }) => planned !== null,
  all: () => true,
};

export function filterRows(rows, name) {
  return rows.filter(FILTERS[name]);
}

// Scenarios of different years stand on a line of years; others in a list.
export function sortByYear(scenarios) {
  const years = new Set(scenarios.map(({ year }) => year));
  return years.size === scenarios.length ? [...scenarios].sort((one, other) => one.year - other.year) : null;
}
