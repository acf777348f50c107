// The ranking as a table for spreadsheets, in the dialect of the toolkit's own files: byte order mark, semicolons, CRLF.

// First characters that make a spreadsheet run a text, full-width ones included.
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;
const MARK = "\ufeff";

// One row a site, with the weights it was ranked by in the row, so that files of several tables can be laid together.
// `weights` are percent by criterion; `struck` has the reason for each site that hard limits strike out; `drawn` are
// the table's proposals, best first: they come after the sites, with what is known of them, and are said to be provisional.
export function writeRanking(data, words, { weights, struck = new Map(), drawn = [] }) {
  const number = (value, decimals) => writeNumber(value, decimals, data.lang);
  const columns = [
    ["rank", (site) => number(site.score === null ? null : site.rank, 0)],
    ["site", (site) => quote(site.name)],
    ["id", (site) => quote(site.id)],
    ["status", (site) => quote(words.say(site.isDrawn ? "st_provisional" : "st_ranked"))],
    ["municipality", (site) => quote(site.municipality ?? "")],
    ["subregion", (site) => quote(site.subregion ?? "")],
    ["score", (site) => number(scaled(site.score, 100), 2)],
    ["rank_low", (site) => number(site.rank_low, 0)],
    ["rank_high", (site) => number(site.rank_high, 0)],
    ["top5", (site) => number(scaled(site.top5_share, 100), 1)],
    ["struck", (site) => quote(struck.get(site) ?? site.reason ?? "")],
  ].map(([key, cell]) => [words.say(`st_csv_${key}`), cell]);
  data.criteria.forEach(({ key, name, unit, factor, decimals }, at) => {
    columns.push([`${name} [${unit}]`, (site) => number(scaled(site.raw[at], factor), decimals + 2)]);
    columns.push([words.say("st_csv_weight", { name }), () => number(weights[key] ?? null, 2)]);
  });
  const all = [...data.ranked, ...drawn.map((one) => ({ ...one, raw: [], isDrawn: true }))];
  const rows = [columns.map(([head]) => quote(head)), ...all.map((site) => columns.map(([, cell]) => cell(site)))];
  return MARK + rows.map((row) => `${row.join(";")}\r\n`).join("");
}

const scaled = (value, factor) => (value === null || value === undefined ? null : value * factor);

// Empty where nothing is known; no grouping, and no empty fraction.
export function writeNumber(value, decimals, lang) {
  if (!Number.isFinite(value)) return "";
  const shown = String(Number(value.toFixed(decimals)));
  return lang === "nb" ? shown.replace(".", ",") : shown;
}

export function quote(text) {
  const plain = String(text);
  return `"${(FORMULA.test(plain) ? `'${plain}` : plain).replace(/"/g, "\"\"")}"`;
}
