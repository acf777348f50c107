// Measures of balance over the years, each as a small chart with what is said of it.
import { make } from "../dom.js";
import { lineChart, yearTable } from "./charts.js";

const SIGNS = { balance_towards: "▲", balance_away: "▼", balance_unclear: "●", balance_too_short: "–" };
const DECIMALS = 3;

// How many of the measures over time say what: {all, towards, away, unclear}.
export function countReadings(measures) {
  const told = measures.filter(({ reading }) => reading !== "balance_too_short");
  const count = (reading) => told.filter((one) => one.reading === `balance_${reading}`).length;
  return { all: told.length, towards: count("towards"), away: count("away"), unclear: count("unclear") };
}

export function pointsOf({ years, values }) {
  return years.map((year, at) => ({ year, value: values[at] })).filter(({ value }) => value !== null);
}

export function drawIndices(measures, words) {
  return make("ul", { class: "at-indices" }, ...measures.filter((one) => pointsOf(one).length > 1).map((one) => drawIndex(one, words)));
}

function drawIndex(one, words) {
  const points = pointsOf(one);
  const tell = (value) => words.number(value, DECIMALS);
  const band = one.low === null || one.high === null ? null : { low: one.low, high: one.high };
  const better = one.better ? words.say(one.better > 0 ? "balance_better_high" : "balance_better_low") : "";
  return make("li", { class: one.reading },
    make("h4", {}, one.name),
    make("p", { class: "reading" }, make("span", { "aria-hidden": "true" }, `${SIGNS[one.reading]} `), words.say(one.reading)),
    lineChart(points, { label: `${one.name}. ${one.told}`, write: words.number, band }),
    make("p", {}, [one.meaning, better, one.told, one.rests].filter(Boolean).join(" ")),
    yearTable(points, { caption: one.name, head: words.say("col_value"), tell, words }));
}
