// All areas by the chosen indicator as a table: what the map shows, for those who do not see it and for files.
import { button, make } from "../dom.js";
import { nameFile, save } from "../story/save.js";
import { writeTable } from "./csv.js";
import { sortRows } from "./figures.js";

export function makeRanking(data, figures, words, telling, { onArea }) {
  const place = document.getElementById("ranking");
  const compare = new Intl.Collator(data.lang).compare;
  let order = { by: "value", down: true };
  let shown = null;

  function show(choice) {
    shown = choice;
    const { key, kind, year } = choice;
    const indicator = figures.indicator(key);
    document.getElementById("results-title").textContent = `${indicator.name}, ${year}`;
    const rows = sortRows(figures.ranking(key, kind, year), order, compare);
    const most = Math.max(...rows.map(({ value }) => Math.abs(value ?? 0)));
    const region = data.areas.region[0];
    const whole = figures.value(key, "region", region.id, year);
    const isTold = whole !== null || figures.noteOf(key, "region", region.id, year);
    const known = rows.filter(({ value }) => value !== null).length;
    const gap = known < rows.length ? make("p", { class: "note" }, words.say(`table_known_${kind}`, { known: words.number(known), all: words.number(rows.length) })) : "";
    const heads = [head("name", words.say(`col_${kind}`)), head("value", indicator.unit || words.say("col_value"))];
    const table = make("table", { class: "at-ranking" },
      make("caption", { class: "hidden" }, words.say("table_caption", { name: indicator.name, year })),
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, words.say("col_rank")), ...heads)),
      make("tbody", {}, isTold ? drawRegion(region, whole, indicator) : "", ...rows.map((row) => drawRow(row, kind, indicator, most))));
    const focused = document.activeElement?.dataset?.order;
    place.replaceChildren(make("div", { class: "bar" }, button(words.say("save_csv"), keep, { class: "at-csv" })), gap, table);
    if (focused) place.querySelector(`[data-order="${focused}"]`)?.focus();
  }

  function head(by, text) {
    const state = order.by === by ? (order.down ? "descending" : "ascending") : "none";
    const sort = () => {
      order = { by, down: order.by === by ? !order.down : by === "value" };
      show(shown);
    };
    return make("th", { scope: "col", "aria-sort": state }, button(text, sort, { class: "link", "data-order": by }));
  }

  function drawRegion({ name }, value, indicator) {
    const link = button(name, () => onArea("region", data.areas.region[0].id), { class: "link" });
    return make("tr", { class: "whole" }, make("td", {}, ""), make("th", { scope: "row" }, link),
      make("td", {}, value === null ? words.say("no_sum") : telling.bare(value, indicator)));
  }

  function drawRow({ area, value, rank, note }, kind, indicator, most) {
    const link = button(area.name, () => onArea(kind, area.id), { class: "link", "data-id": area.id });
    const share = value === null || !most ? 0 : (100 * Math.abs(value)) / most;
    const bar = make("span", { class: value < 0 ? "at-bar down" : "at-bar", style: `width:${share.toFixed(1)}%`, "aria-hidden": "true" });
    return make("tr", {},
      make("td", {}, rank === null ? "–" : words.number(rank)),
      make("th", { scope: "row" }, link, bar),
      make("td", { class: value === null ? "none" : "", title: data.notes[note] ?? "" }, telling.bare(value, indicator)));
  }

  function keep() {
    const { key, kind, year } = shown;
    const indicator = figures.indicator(key);
    const rows = sortRows(figures.ranking(key, kind, year), order, compare);
    const text = writeTable(rows, { indicator, kind, year, data, words });
    save(nameFile("atlas", `${key}-${kind}-${year}`, "csv"), new Blob([text], { type: "text/csv" }));
  }

  return { show };
}
