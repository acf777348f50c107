// The region as a whole: key figures, balance over time, centres, members through time, and a table restated.
import { make } from "../dom.js";
import { drawBar, lastKnownYear, linkCentres, nameCentre, tellCoverage, tellTrend } from "./areacard.js";
import { countReadings, drawIndices, pointsOf } from "./balance.js";
import { dumbbells, lineChart } from "./charts.js";

const CENTRES = 15;

export function drawRegion(data, figures, words, telling, { year, onClose, onPrint, onArea }) {
  const region = data.areas.region[0];
  const measures = data.balance.filter((one) => one.kind === "region" && one.area === region.id);
  return [
    drawBar(words, { onClose, onPrint }),
    make("h2", { tabindex: "-1" }, region.name),
    ...drawKeys(data, figures, words, telling, { region, year }),
    ...drawBalance(measures, words),
    ...drawCentres(data, words, onArea),
    ...drawMembers(data, words),
    ...drawClimate(data, figures, words),
    ...drawRestated(data, words),
  ];
}

function drawKeys(data, figures, words, telling, { region, year }) {
  const known = data.indicators.filter((one) => !one.is_aside && one.group !== "climate" && one.key !== "population_share" && figures.series(one.key, "region", region.id).length > 0);
  return [make("h3", {}, words.say("key_figures")), make("ul", { class: "at-indices" }, ...known.map((one) => {
    const points = figures.series(one.key, "region", region.id);
    const shown = figures.last(one.key, "region", region.id, year) ?? points.at(-1);
    const tell = (value) => telling.bare(value, one);
    return make("li", {}, make("h4", {}, one.name, " ", make("small", {}, String(shown.year))), make("p", { class: "large" }, telling.full(shown.value, one)),
      points.length > 1 ? lineChart(points, { label: tellTrend(one, points, tell, words), write: (value, decimals) => telling.bare(value, { ...one, decimals }) }) : "");
  }))];
}

function drawBalance(measures, words) {
  if (!measures.length) return [];
  const single = measures.filter((one) => pointsOf(one).length === 1);
  const counted = Object.fromEntries(Object.entries(countReadings(measures)).map(([key, count]) => [key, words.number(count)]));
  const lone = single.length ? [
    make("h4", {}, words.say("balance_single", { year: pointsOf(single[0])[0].year })),
    make("ul", { class: "at-near" }, ...single.map((one) => make("li", {}, make("span", {}, one.name), make("span", {}, words.number(pointsOf(one)[0].value, 3))))),
  ] : [];
  return [
    make("h3", {}, words.say("balance")),
    make("p", {}, words.say("balance_intro")),
    make("p", { class: "at-answer" }, words.say("balance_count", counted)),
    drawIndices(measures, words),
    ...lone,
    make("p", { class: "note" }, `${words.say("balance_band")} ${words.say("balance_caution")}`),
  ];
}

function drawCentres(data, words, onArea) {
  if (!data.centres.length) return [];
  const link = linkCentres(data, onArea);
  const head = (key) => make("th", { scope: "col", class: ["centre", "larger"].includes(key) ? "text" : "" }, words.say(`col_${key}`));
  const larger = ({ larger: id, larger_minutes: minutes }) => (id === null ? "–" : `${nameCentre(data, id)}, ${words.say("minutes", { minutes: words.number(minutes) })}`);
  return [
    make("h3", {}, words.say("centres_heading")),
    make("table", { class: "at-table" }, make("caption", { class: "hidden" }, words.say("centres_heading")),
      make("thead", {}, make("tr", {}, head("rank"), head("centre"), head("size"), head("expected"), head("larger"))),
      make("tbody", {}, ...data.centres.slice(0, CENTRES).map((one) => make("tr", {},
        make("td", {}, words.number(one.rank)),
        make("th", { scope: "row" }, link(one.id)),
        make("td", {}, words.number(one.size)), make("td", {}, words.number(one.expected)), make("td", { class: "text" }, larger(one)))))),
    make("p", { class: "note" }, `${words.say("centres_note")} ${words.say("near_note")}`),
  ];
}

function drawMembers(data, words) {
  const told = data.membership.map(({ from_year: from, to_year: to, name, change }) => words.say(`member_${change}`, { from, to, name }));
  return [
    make("h3", {}, words.say("members")),
    make("p", {}, words.say("members_now", { count: words.number(data.areas.region[0].members.length), year: data.members_year })),
    make("ul", { class: "at-plain" }, ...(told.length ? told : [words.say("members_same")]).map((text) => make("li", {}, text))),
  ];
}

function drawClimate(data, figures, words) {
  if (!figures.indicator("emissions_total")) return [];
  const [{ id: region, members }] = data.areas.region;
  const year = lastKnownYear(data, figures, members);
  if (year === null) return [];
  // An atlas of one subregion knows of the others' figures only what share of the people they cover.
  const isWhole = members.length === data.areas.municipality.length;
  const share = words.share(figures.value("emissions_coverage", "region", region, year) ?? 0);
  const told = isWhole ? tellCoverage({ data, figures, words, members, year }) : words.say("climate_share", { share });
  return [make("h3", {}, words.say("climate")), make("p", {}, `${year}: ${told}`)];
}

function drawRestated(data, words) {
  if (!data.restated) return [];
  const { rows, told } = data.restated;
  const head = (key) => make("th", { scope: "col" }, words.say(`col_${key}`));
  return [
    make("h3", {}, words.say("restated")),
    make("p", {}, words.say("restated_intro")),
    told ? make("p", { class: "at-answer" }, told) : "",
    dumbbells(rows, { label: words.say("restated_chart"), words }),
    make("p", { class: "at-key" }, make("span", { class: "dot printed" }), ` ${words.say("col_printed")} `, make("span", { class: "dot true" }), ` ${words.say("col_true")} · ${words.say("impossible")}`),
    make("table", { class: "at-table" }, make("caption", { class: "hidden" }, words.say("restated")),
      make("thead", {}, make("tr", {}, head("sector"), head("tonnes"), head("printed"), head("true"))),
      make("tbody", {}, ...rows.map((row) => make("tr", { class: row.is_total ? "whole" : "" }, make("th", { scope: "row" }, row.sector),
        make("td", {}, words.number(row.tonnes)), make("td", {}, words.number(row.printed)), make("td", {}, tellTrue(row, words)))))),
    make("p", { class: "note" }, words.say("restated_caution")),
  ];
}

function tellTrue({ true: value, low, high }, words) {
  const limits = low === null || high === null ? "" : words.say("range", { low: words.number(low, 1), high: words.number(high, 1) });
  return value === null ? limits || "–" : [words.number(value, 1), limits && `(${limits})`].filter(Boolean).join(" ");
}
