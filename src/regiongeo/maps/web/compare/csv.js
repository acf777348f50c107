// The table of rank changes for spreadsheets, in the dialect of the ranking's own.
import { isRated } from "../data.js";
import { quote, writeNumber } from "../story/csv.js";

const MARK = "\ufeff";

export function writeChanges(rows, left, right, words) {
  const number = (value, decimals = 0) => writeNumber(value ?? NaN, decimals, left.data.lang);
  const rank = (site) => (site !== null && isRated(site) ? number(site.rank) : "");
  const score = (site) => (site !== null && isRated(site) ? number(site.score * 100, 2) : "");
  const offers = (site) => quote((site?.offers ?? []).map(({ energy }) => words.say(`energy_${energy}`)).join(", "));
  const sides = [["left", left.name], ["right", right.name]];
  const columns = [
    [words.say("cmp_site"), ({ name }) => quote(name)],
    [words.say("st_csv_id"), ({ id }) => quote(id)],
    ...sides.map(([side, name]) => [words.say("cmp_csv_rank", { name }), (row) => rank(row[side])]),
    [words.say("cmp_change"), ({ change }) => number(change)],
    ...sides.map(([side, name]) => [words.say("cmp_csv_score", { name }), (row) => score(row[side])]),
    ...sides.map(([side, name]) => [words.say("cmp_csv_plan", { name }), (row) => offers(row[side])]),
  ];
  const lines = [columns.map(([head]) => quote(head)), ...rows.map((row) => columns.map(([, cell]) => cell(row)))];
  return MARK + lines.map((line) => `${line.join(";")}\r\n`).join("");
}
