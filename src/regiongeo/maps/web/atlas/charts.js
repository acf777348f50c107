// Small charts as inline SVG, with the same figures as a table for those who do not see them.
import { make } from "../dom.js";
import { edgeDecimals } from "./figures.js";
import { bandOf, makeScale, pathOf, splitRuns, ticks } from "./lines.js";
import { draw } from "./svg.js";

const SPARK = { width: 120, height: 34, left: 3, right: 5, top: 5, bottom: 5 };
const LETTER = 7.2;
const CHART = { width: 340, height: 150, left: 0, right: 12, top: 10, bottom: 24 };

function picture({ width, height }, label, ...children) {
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "at-chart" }, ...children);
}

function drawLine(points, scale) {
  const last = points.at(-1);
  return [
    ...splitRuns(points).map((run) => draw("path", { d: pathOf(run, scale), class: "line" })),
    draw("circle", { cx: scale.x(last.year), cy: scale.y(last.value), r: 3.5, class: "end" }),
  ];
}

export function sparkline(points, label) {
  return picture(SPARK, label, ...drawLine(points, makeScale(points, SPARK)));
}

// `write` writes a value of the axis with so many decimals; `band`: {low, high} of the yearly change.
export function lineChart(points, { label, write, band = null }) {
  const corners = band ? bandOf(points, band.low, band.high) : [];
  const more = corners.map(({ value }) => value);
  const marks = ticks(...makeScale(points, CHART, more).range, 3);
  const named = marks.map((value) => [value, write(value, edgeDecimals(marks))]);
  const box = { ...CHART, left: 10 + LETTER * Math.max(0, ...named.map(([, words]) => words.length)) };
  const scale = makeScale(points, box, more);
  const text = (x, y, anchor, words) => draw("text", { x, y, "text-anchor": anchor }, words);
  const levels = named.flatMap(([value, words]) => [
    draw("line", { x1: box.left, x2: CHART.width - CHART.right, y1: scale.y(value), y2: scale.y(value), class: "grid" }),
    text(box.left - 6, scale.y(value) + 4, "end", words),
  ]);
  const [first, last] = scale.years;
  const years = first === last ? [text(scale.x(first), CHART.height - 5, "middle", String(first))]
    : [text(box.left, CHART.height - 5, "start", String(first)), text(CHART.width - CHART.right, CHART.height - 5, "end", String(last))];
  const shade = corners.length ? [draw("path", { d: `${pathOf(corners, scale)}Z`, class: "band" })] : [];
  return picture(CHART, label, ...levels, ...years, ...shade, ...drawLine(points, scale));
}

export function yearTable(points, { caption, head, tell, words }) {
  return make("details", { class: "at-years" }, make("summary", {}, words.say("trend_table")),
    make("table", {}, make("caption", { class: "hidden" }, caption),
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, words.say("col_year")), make("th", { scope: "col" }, head))),
      make("tbody", {}, ...points.map(({ year, value }) => make("tr", {}, make("th", { scope: "row" }, String(year)), make("td", {}, tell(value)))))));
}

// Printed beside true, a row a sector; lines at 0 and at -100, beyond which nothing can fall.
export function dumbbells(rows, { label, words }) {
  const [left, width, step] = [172, 460, 26];
  const height = rows.length * step + 30;
  const low = Math.min(-100, ...rows.flatMap(({ printed, low: least, true: real }) => [printed, least, real]).filter((one) => one !== null)) * 1.12;
  const high = Math.max(5, ...rows.flatMap(({ printed, true: real }) => [printed, real]).filter((one) => one !== null)) * 1.12;
  const x = (value) => left + ((value - low) / (high - low)) * (width - left - 10);
  const body = rows.flatMap(({ sector, printed, true: real, low: least, high: most }, at) => {
    const y = 14 + at * step;
    const dots = [[printed, "printed"], [real, "true"]].filter(([value]) => value !== null);
    return [
      draw("text", { x: left - 8, y: y + 4, "text-anchor": "end" }, sector),
      ...(dots.length === 2 ? [draw("line", { x1: x(printed), x2: x(real), y1: y, y2: y, class: "grid" })] : []),
      ...(least !== null && most !== null ? [draw("line", { x1: x(least), x2: x(most), y1: y, y2: y, class: "span" })] : []),
      ...dots.map(([value, kind]) => draw("circle", { cx: x(value), cy: y, r: 5, class: kind })),
    ];
  });
  const rules = [0, -100].flatMap((value) => [
    draw("line", { x1: x(value), x2: x(value), y1: 2, y2: height - 22, class: value ? "limit" : "grid" }),
    draw("text", { x: x(value), y: height - 6, "text-anchor": "middle" }, `${words.number(value)} %`),
  ]);
  return picture({ width, height }, label, ...rules, ...body);
}
