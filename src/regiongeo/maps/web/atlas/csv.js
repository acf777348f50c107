// The table that is shown, for spreadsheets, in the dialect of the toolkit's other files.
import { quote, writeNumber } from "../story/csv.js";

const MARK = "\ufeff";

// `rows`: [{area, value, rank, note}] of one indicator and year.
export function writeTable(rows, { indicator, kind, year, data, words }) {
  const source = indicator.sources.map((key) => data.sources[key] ?? key).join("; ");
  const columns = [
    ["col_rank", ({ rank }) => writeNumber(rank ?? NaN, 0, data.lang)],
    ["col_id", ({ area }) => quote(area.id)],
    [`col_${kind}`, ({ area }) => quote(area.name)],
    ["col_indicator", () => quote(indicator.name)],
    ["col_year", () => String(year)],
    ["col_value", ({ value }) => writeNumber(value ?? NaN, 6, data.lang)],
    ["col_unit", () => quote(indicator.unit)],
    ["col_note", ({ note }) => quote(data.notes[note] ?? note)],
    ["col_source", () => quote(source)],
  ];
  const lines = [columns.map(([key]) => quote(words.say(key))), ...rows.map((row) => columns.map(([, cell]) => cell(row)))];
  return MARK + lines.map((line) => `${line.join(";")}\r\n`).join("");
}
