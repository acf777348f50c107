// Why ranks differ between two scenarios, or why they do not: what a rank rests on, held side by side.
import { isRated } from "../data.js";

const NEAR = 1e-9;

// What the ranks of two scenarios rest on and is not the same in both, by the weights set now.
export function rankReasons(left, right) {
  const shared = pairCriteria(left, right).filter(({ weights }) => weights.some((weight) => weight > 0));
  const sites = pairById(left.sites, right.sites);
  const values = shared.filter(({ at }) => at.every((place) => place >= 0))
    .map(({ name, at }) => ({ name, sites: sites.filter(([one, other]) => one.values[at[0]] !== other.values[at[1]]).length }))
    .filter(({ sites: count }) => count > 0);
  return {
    count: shared.length,
    weights: shared.filter(({ weights: [one, other] }) => Math.abs(one - other) > NEAR).map(({ name }) => name),
    values,
    lacking: left.sites.length + right.sites.length - 2 * sites.length,
  };
}

export const isSameRanking = ({ weights, values, lacking }) => !weights.length && !values.length && !lacking;

// Criteria of either scenario: where they stand in each, -1 where they do not, and the weight, 0 there.
function pairCriteria(left, right) {
  const keys = [...new Set([left, right].flatMap(({ criteria }) => criteria.map(({ key }) => key)))];
  return keys.map((key) => {
    const at = [left, right].map(({ criteria }) => criteria.findIndex((one) => one.key === key));
    const found = [left, right].map(({ criteria }, side) => criteria[at[side]]);
    return { name: (found[0] ?? found[1]).name, at, weights: found.map((one) => one?.weight ?? 0) };
  });
}

function pairById(left, right) {
  const other = new Map(right.map((site) => [site.id, site]));
  return left.filter(({ id }) => other.has(id)).map((site) => [site, other.get(site.id)]);
}

export function tellReasons(reasons, words) {
  const { count, weights, values, lacking } = reasons;
  if (isSameRanking(reasons)) return words.say("cmp_same_basis", { count: words.number(count) });
  const told = [
    weights.length ? words.say("cmp_why_weights", { names: list(weights) }) : "",
    values.length ? words.say("cmp_why_values", { names: list(values.map(({ name, sites }) => `${name} (${words.number(sites)})`)) }) : "",
    lacking ? words.say("cmp_why_lacking", { count: words.number(lacking) }) : "",
  ];
  return words.say("cmp_why", { reasons: told.filter(Boolean).join("; ") });
}

// What the first scenario says of a site of the other.
export function tellSite(site, left, right, words) {
  const own = left.data.sites.find(({ id }) => id === site.id);
  const { name } = left;
  if (!own) return words.say("cmp_site_lacks", { name });
  const rank = (one) => (isRated(one) ? words.number(one.rank) : "–");
  const { weights, values } = rankReasons({ ...left.data, sites: [own] }, { ...right.data, sites: [site] });
  const isSame = rank(own) === rank(site);
  if (isSame && !values.length) return words.say("cmp_site_same", { name });
  return [
    isSame ? words.say("cmp_site_rank_same", { name }) : words.say("cmp_site_rank", { name, here: rank(site), there: rank(own) }),
    values.length ? words.say("cmp_site_values", { names: list(values.map((one) => one.name)) }) : words.say("cmp_site_values_same"),
    weights.length ? words.say("cmp_site_weights") : "",
  ].filter(Boolean).join(" ");
}

const list = (names) => names.join(", ");
