// The card of one site: where it stands, how sure that is, and what made it so.
import { isRated } from "./data.js";
import { button, figure, make } from "./dom.js";
import { pinClass } from "./pins.js";
import { drawMoreSections, drawPlanBadge, drawPlanSections } from "./plancard.js";

// `onFlows` opens the flows of the main road; without it there are none. `onSite` opens the card of another site.
export function drawSiteCard(site, data, words, { onClose, onStep, onFlows, onSite }) {
  return [
    drawButtons(site, words, { onClose, onStep, all: data.sites.length }),
    ...drawHead(site, data, words),
    ...drawPlanSections(site, data, words, { onSite }),
    ...drawContributions(site, data, words),
    ...drawMoreSections(site, data, words, { onSite }),
    drawFacts(site, words),
    ...(onFlows ? [button(words.say("flows_behind"), onFlows, { class: "flows" })] : []),
    make("p", { class: "note" }, words.say("protection")),
  ];
}

function drawButtons(site, words, { onClose, onStep, all }) {
  const previous = button("‹", () => onStep(site, -1), {
    "aria-label": words.say("previous"), title: `${words.say("previous")} (b)`, "aria-keyshortcuts": "b", disabled: site.rank === 1,
  });
  const next = button("›", () => onStep(site, 1), {
    "aria-label": words.say("next"), title: `${words.say("next")} (n)`, "aria-keyshortcuts": "n", disabled: site.rank === all,
  });
  return make("div", { class: "bar" }, button(`← ${words.say("back")}`, onClose, { class: "back" }), previous, next);
}

function drawHead(site, data, words) {
  return [
    make("h2", { tabindex: "-1" }, site.name),
    make("p", { class: "rank" }, ...drawRank(site, data, words),
      site.gain ? make("span", { class: "badge" }, words.say(site.gain.is_locked ? "locked" : "in_portfolio")) : "",
      drawPlanBadge(site, words)),
    site.kind === "possible_junction" ? make("p", { class: "warning" }, words.say("possible_junction")) : "",
    site.is_search_area ? make("p", { class: "warning" }, words.say("search_area")) : "",
    isRated(site) ? drawFigures(site, words) : "",
    make("h3", {}, words.say("why")),
    make("p", {}, data.isGiven ? site.why : tellParts(site, data, words)),
    site.gain ? make("p", {}, describeGain(site.gain, words)) : "",
  ].filter(Boolean);
}

function drawRank(site, data, words) {
  if (!isRated(site)) return [words.say("not_rated")];
  const all = words.number(data.sites.filter(isRated).length);
  return [
    make("span", { class: pinClass(site) }, String(site.rank)),
    words.say("rank", { rank: site.rank, all }),
  ];
}

function drawFigures(site, words) {
  const range = site.rank_low === null ? "…" : words.range(site.rank_low, site.rank_high);
  return make("dl", { class: "figures" },
    figure(words.say("score"), words.points(site.score), words.say("score_scale")),
    figure(words.say("rank_interval"), range, words.say("rank_interval_note")),
    figure(words.say("top5"), words.percent(site.top5_share), words.say("top5_note")));
}

// The reasons from the run hold for its weights alone: under others the largest contributions speak.
function tellParts(site, data, words) {
  const largest = data.criteria.map(({ name }, at) => ({ name, part: site.parts[at] }))
    .filter(({ part }) => part > 0).sort((one, other) => other.part - one.part).slice(0, 2);
  const told = largest.map(({ name, part }) => words.say("part_of", { name, points: words.points(part) }));
  return words.say("why_now", { parts: told.join(words.say("and")) || "–" });
}

function describeGain(gain, words) {
  const km = words.number(gain.truck_km_per_day);
  return words.say("portfolio_gain", { km, only: words.number(gain.only_here_truck_km_per_day) });
}

function drawContributions(site, data, words) {
  const possible = spreadWeights(data.criteria.map(({ weight }) => weight), site.parts);
  const widest = Math.max(...possible, 0.0001);
  const rows = data.criteria.map((criterion, at) =>
    drawContribution({ criterion, raw: site.raw[at], part: site.parts[at], possible: possible[at], widest }, words),
  );
  return [
    make("h3", {}, words.say("contributions")),
    make("p", { class: "note" }, words.say("contributions_note")),
    make("ul", { class: "parts" }, ...rows),
  ];
}

// Points a site can get for each criterion: the weight of criteria without data goes to the others.
export function spreadWeights(weights, parts) {
  const known = weights.reduce((sum, weight, at) => sum + (parts[at] === null ? 0 : weight), 0);
  return weights.map((weight, at) => (parts[at] === null ? weight : weight / known));
}

function drawContribution({ criterion, raw, part, possible, widest }, words) {
  const isKnown = raw !== null && part !== null;
  const value = raw === null ? words.say("no_data") : `${words.number(raw * criterion.factor, criterion.decimals)} ${criterion.unit}`;
  const track = make("span", { class: isKnown ? "track" : "track unknown" });
  track.style.width = `${(100 * possible) / widest}%`;
  if (isKnown) {
    const bar = make("span", { class: "bar-fill" });
    bar.style.width = `${(100 * part) / possible}%`;
    track.append(bar);
  }
  return make("li", {},
    make("span", { class: "criterion" }, criterion.name),
    make("span", { class: isKnown ? "raw" : "raw missing" }, value),
    make("span", { class: "graph" }, track),
    make("span", { class: "part" }, isKnown ? words.say("points", { points: words.points(part) }) : "–"));
}

function drawFacts(site, words) {
  const road = site.road === null ? null : words.say("main_road_value", {
    road: site.road, metres: words.number(site.access_m), minutes: words.number(site.access_minutes, 1),
  });
  const area = site.area_m2 === null ? null : words.say("area_value", { area: words.number(site.area_m2 / 1000, 1) });
  const rows = [
    ["kind", words.say(`kind_${site.kind}`)], ["municipality", site.municipality], ["subregion", site.subregion],
    ["main_road", road], ["area", area], ["grid_source", [site.grid_station, site.grid_year].filter(Boolean).join(", ") || null],
    ["free_top5", isRated(site) ? words.percent(site.free_top5_share) : null], ["id", site.id],
  ];
  const shown = rows.filter(([, value]) => value !== null && value !== undefined);
  return make("dl", { class: "facts" },
    ...shown.flatMap(([key, value]) => [make("dt", {}, words.say(key)), make("dd", {}, value)]));
}
