// Pure modules of the atlas; run by test_maps_atlas.py with node --test.
import assert from "node:assert/strict";
import { test } from "node:test";

import { countReadings } from "../../src/regiongeo/maps/web/atlas/balance.js";
import { DOWN, paletteOf, UP } from "../../src/regiongeo/maps/web/atlas/colours.js";
import { writeTable } from "../../src/regiongeo/maps/web/atlas/csv.js";
import { classOf, countClasses, edgeDecimals, makeFigures, nearestYear, placeOf, rankRows, sortRows } from "../../src/regiongeo/maps/web/atlas/figures.js";
import { readLink, writeLink } from "../../src/regiongeo/maps/web/atlas/link.js";
import { bandOf, makeScale, pathOf, splitRuns, ticks } from "../../src/regiongeo/maps/web/atlas/lines.js";
import { makeTelling } from "../../src/regiongeo/maps/web/atlas/tell.js";
import { makeWords } from "../../src/regiongeo/maps/web/words.js";

const TEXTS = {
  value_missing: "ingen tall", class_below: "under {high}", class_between: "{low} til {high}", class_above: "{low} og mer", class_all: "alle",
  col_rank: "Nr.", col_id: "Kode", col_municipality: "Kommune", col_indicator: "Indikator", col_year: "År", col_value: "Verdi", col_unit: "Enhet",
  col_note: "Merknad", col_source: "Kilde",
};
const WORDS = makeWords(TEXTS, "nb");
const AREAS = [{ id: "a", name: "Å" }, { id: "b", name: "B" }, { id: "c", name: "C" }];
const DATA = {
  lang: "nb",
  areas: { municipality: AREAS, subregion: [], region: [{ id: "r", name: "R" }] },
  indicators: [{
    key: "people", years: [2020, 2021, 2023],
    values: { municipality: [[1, 2, null], [5, null, 7], [null, null, null]], subregion: [], region: [[6, null, null]] },
    notes: { municipality: { lost: [[1, 1], [2, 0]] }, subregion: {}, region: {} },
  }],
  notes: { lost: "Mangler." }, sources: { s: "Kilden" },
};
const plain = (text) => text.replace(/[\u00a0\u202f]/g, " ");

test("a figure, its note and its years are found by indicator, area and year", () => {
  const figures = makeFigures(DATA);
  assert.equal(figures.value("people", "municipality", "b", 2023), 7);
  assert.equal(figures.value("people", "municipality", "b", 2022), null);
  assert.equal(figures.value("nothing", "municipality", "b", 2023), null);
  assert.equal(figures.noteOf("people", "municipality", "b", 2021), "lost");
  assert.equal(figures.noteOf("people", "municipality", "a", 2021), "");
  assert.deepEqual(figures.series("people", "municipality", "b"), [{ year: 2020, value: 5 }, { year: 2023, value: 7 }]);
  assert.deepEqual(figures.last("people", "municipality", "b", 2022), { year: 2020, value: 5 });
  assert.equal(figures.last("people", "municipality", "c"), null);
  assert.deepEqual(figures.yearsOf("people", "region"), [2020]);
  assert.equal(figures.hasAny("people", "subregion"), false);
  assert.deepEqual(figures.place("people", "municipality", "a", 2020), { rank: 2, count: 2 });
});

test("ranks go from the largest down, equal figures share one, and what is missing has none and comes last", () => {
  const rows = [3, null, 9, 3, 1].map((value, at) => ({ area: { id: String(at), name: "x" }, value }));
  const ranked = rankRows(rows);
  assert.deepEqual(ranked.map(({ area, rank }) => [area.id, rank]), [["2", 1], ["0", 2], ["3", 2], ["4", 4], ["1", null]]);
  assert.deepEqual(placeOf(ranked, "3"), { rank: 2, count: 4 });
  assert.equal(placeOf(ranked, "1"), null);
});

test("rows are sorted either way by figure or name, and what is missing comes last by figure", () => {
  const rows = [["b", 1], ["a", null], ["c", 5]].map(([name, value]) => ({ area: { name }, value }));
  const order = (by, down) => sortRows(rows, { by, down }, (one, other) => (one < other ? -1 : 1)).map(({ area }) => area.name).join("");
  assert.deepEqual([order("value", true), order("value", false), order("name", false), order("name", true)], ["cba", "bca", "abc", "cba"]);
});

test("a value is in the class whose lower edge it reaches", () => {
  assert.deepEqual([-1, 0, 4.9, 5, 99, null].map((value) => classOf(value, [0, 5])), [0, 1, 1, 2, 2, null]);
  assert.deepEqual(countClasses([1, 5, null, 7], [5]), { counts: [1, 2], missing: 1 });
  assert.deepEqual(countClasses([1, 1], []), { counts: [2], missing: 0 });
});

test("classes are told with as few decimals as their edges have, changes with a sign", () => {
  const telling = makeTelling(WORDS);
  assert.equal(edgeDecimals([0.25, 3]), 2);
  assert.deepEqual(telling.classes([-2.5, 0, 2.5], { has_sign: true }).map(plain), ["under −2,5", "−2,5 til 0,0", "0,0 til +2,5", "+2,5 og mer"]);
  assert.deepEqual(telling.classes([6, 13], {}), ["under 6", "6 til 13", "13 og mer"]);
  assert.deepEqual(telling.classes([], {}), ["alle"]);
  assert.equal(plain(telling.full(1234.5, { decimals: 1, unit: "t" })), `${plain(WORDS.number(1234.5, 1))} t`);
  assert.equal(telling.full(null, { decimals: 1, unit: "t" }), "ingen tall");
});

test("there is a colour for every class, and a change of no sign has both sides alike", () => {
  for (const count of [1, 2, 3, 4, 5]) assert.equal(new Set(paletteOf({ count, hasSign: false })).size, count);
  for (const count of [2, 4, 6]) {
    const palette = paletteOf({ count, hasSign: true });
    assert.equal(new Set(palette).size, count);
    assert.ok(palette.slice(0, count / 2).every((one) => DOWN.includes(one)) && palette.slice(count / 2).every((one) => UP.includes(one)));
  }
});

test("the nearest year an indicator has stands for one it lacks", () => {
  assert.deepEqual([2019, 2022, 2024].map((wished) => nearestYear([2020, 2021, 2023], wished)), [2020, 2021, 2023]);
});

test("ticks are round, inside the range, and one where there is no range", () => {
  assert.deepEqual(ticks(0.62, 0.655, 3), [0.62, 0.64]);
  assert.deepEqual(ticks(-7, 22, 3), [0, 10, 20]);
  assert.deepEqual(ticks(4, 4), [4]);
});

test("a line runs from the first year on the left to the last on the right, higher is up, and a lost year is a gap", () => {
  const points = [[2020, 1], [2021, 3], [2023, 2]].map(([year, value]) => ({ year, value }));
  const scale = makeScale(points, { width: 100, height: 50, left: 10, right: 10, top: 5, bottom: 5 });
  assert.deepEqual([scale.x(2020), scale.x(2023)], [10, 90]);
  assert.ok(scale.y(3) < scale.y(2) && scale.y(2) < scale.y(1));
  assert.deepEqual(splitRuns(points).map((run) => run.length), [2, 1]);
  assert.match(pathOf(points, scale), /^M10\.0 [\d.]+L[\d. ]+L90\.0 [\d.]+$/);
  const lone = makeScale(points.slice(0, 1), { width: 100, height: 50, left: 10, right: 10, top: 5, bottom: 5 });
  assert.deepEqual([lone.x(2020), lone.y(1)], [50, 25]);
});

test("the band of a trend meets in the middle of the points", () => {
  const points = [[2020, 1], [2021, 2], [2022, 3]].map(([year, value]) => ({ year, value }));
  assert.deepEqual(bandOf(points, 0.5, 1.5).map(({ year, value }) => [year, value]), [[2020, 1.5], [2021, 2], [2022, 2.5], [2022, 3.5], [2021, 2], [2020, 0.5]]);
});

test("readings are counted but for those of too few years", () => {
  const measures = ["away", "away", "unclear", "towards", "too_short"].map((one) => ({ reading: `balance_${one}` }));
  assert.deepEqual(countReadings(measures), { all: 4, towards: 1, away: 2, unclear: 1 });
});

test("the table for spreadsheets has a row an area, in the language's dialect, and formulas stay text", () => {
  const rows = rankRows([{ area: { id: "0301", name: "=1+1" }, value: 1234.5, note: "" }, { area: { id: "b", name: "Ås" }, value: null, note: "lost" }]);
  const text = writeTable(rows, { indicator: { name: "Folk", unit: "personer", sources: ["s", "t"] }, kind: "municipality", year: 2021, data: DATA, words: WORDS });
  assert.deepEqual(text.split("\r\n"), [
    "\ufeff\"Nr.\";\"Kode\";\"Kommune\";\"Indikator\";\"År\";\"Verdi\";\"Enhet\";\"Merknad\";\"Kilde\"",
    "1;\"0301\";\"'=1+1\";\"Folk\";2021;1234,5;\"personer\";\"\";\"Kilden; t\"",
    ";\"b\";\"Ås\";\"Folk\";2021;;\"personer\";\"Mangler.\";\"Kilden; t\"",
    "",
  ]);
});

test("an address opens what the atlas has and leaves out what it has not", () => {
  const data = { indicators: [{ key: "population" }], areas: { region: [{ id: "r" }], subregion: [{ id: "Nord og vest" }], municipality: [{ id: "3301" }] } };
  const shown = { key: "population", kind: "subregion", wished: 2015 };
  const hash = writeLink(shown, { kind: "subregion", id: "Nord og vest" });
  assert.equal(hash, "#show=population&by=subregion&year=2015&area=Nord+og+vest");
  assert.deepEqual(readLink(hash, data), { choice: { key: "population", kind: "subregion", year: 2015 }, opened: { kind: "subregion", id: "Nord og vest" } });
  assert.equal(writeLink(shown, null), "#show=population&by=subregion&year=2015");
  for (const odd of ["", "#results", "#show=jobs&by=county&year=20x5&area=9999", "#area=<b>"]) {
    assert.deepEqual(readLink(odd, data), { choice: {}, opened: null });
  }
});
