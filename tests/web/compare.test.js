// The pure modules of the comparison; run by test_maps_compare.py with node --test.
import assert from "node:assert/strict";
import { test } from "node:test";

import { filterRows, pairSites, sortByYear, sortRows, summarise } from "../../src/regiongeo/maps/web/compare/changes.js";
import { writeChanges } from "../../src/regiongeo/maps/web/compare/csv.js";
import { isSameRanking, rankReasons, tellReasons, tellSite } from "../../src/regiongeo/maps/web/compare/reasons.js";
import { tellPlans } from "../../src/regiongeo/maps/web/compare/table.js";
import { applyPatch, patchData } from "../../src/regiongeo/maps/web/compare/patch.js";

const site = (id, rank, change = {}) => ({ id, name: `Sted ${id}`, rank, score: 1 - rank / 100, offers: null, ...change });
const ids = (rows) => rows.map(({ id }) => id).join("");
const battery = [{ energy: "battery" }];

// A 1 → 3, B 2 → 1 and out of the plan, C 3 → not there, D unrated → 2, E not there → 4.
const LEFT = [site("A", 1, { offers: battery }), site("B", 2, { offers: battery }), site("C", 3), site("D", 4, { score: null })];
const RIGHT = [site("B", 1), site("D", 2), site("A", 3, { offers: battery }), site("E", 4, { offers: battery })];
const ROWS = pairSites(LEFT, RIGHT);

test("sites are paired by id, the first scenario's in its order, then those only the other has", () => {
  assert.equal(ids(ROWS), "ABCDE");
  assert.deepEqual(ROWS.map(({ change }) => change), [-2, 1, null, null, null]);
  assert.deepEqual(ROWS.map(({ planned }) => planned), ["both", "left", null, null, "right"]);
});

test("the summary counts what moved, what stayed among the first, and what is lacking", () => {
  const { moved, ranked, kept, lacking, both, left, right } = summarise(ROWS);
  assert.deepEqual([moved, ranked, kept], [2, 2, 2]);
  assert.deepEqual(lacking, { left: 1, right: 1 });
  assert.deepEqual([both, left, right].map(ids), ["A", "B", "E"]);
});

test("rows are sorted by either rank or by the largest change, those without at the end", () => {
  assert.equal(ids(sortRows(ROWS, "right")), "BDAEC");
  assert.equal(ids(sortRows(ROWS, "left")), "ABCDE");
  assert.equal(ids(sortRows(ROWS, "change")), "ABCDE");
});

test("rows can be cut to the best of either scenario, or to the plans", () => {
  const many = Array.from({ length: 30 }, (_, at) => site(`S${at}`, at + 1));
  const turned = many.map((one) => ({ ...one, rank: 31 - one.rank }));
  assert.equal(filterRows(pairSites(many, many), "first").length, 20);
  assert.equal(filterRows(pairSites(many, turned), "first").length, 30);
  assert.equal(ids(filterRows(ROWS, "plan")), "ABE");
  assert.equal(filterRows(ROWS, "all").length, 5);
});

test("scenarios of different years stand on a line of years, others do not", () => {
  assert.deepEqual(sortByYear([{ year: 2040 }, { year: 2030 }]).map(({ year }) => year), [2030, 2040]);
  assert.equal(sortByYear([{ year: 2030 }, { year: 2030 }]), null);
});

test("a patched scenario has figures of its own and leaves the page's alone", () => {
  const data = { scenario: "A", plan: { size: 2, x: [1, 2] }, criteria: [{ key: "k", weight: 1 }], sites: LEFT.map((one) => ({ ...one })) };
  const edition = {
    patch: { of: { scenario: { "=": "B" }, plan: { of: { size: { "=": 3 } }, but: ["x"] } } },
    sites: { but: ["C"], patch: { at: { 0: { of: { rank: { "=": 7 } } } } }, more: [site("10", 9), site("2", 8)] },
  };
  const other = patchData(data, edition);
  assert.deepEqual(other.plan, { size: 3 });
  assert.equal(ids(other.sites), "ABD102");
  assert.equal(ids(other.ranked), "BDA210");
  other.sites[1].rank = 99;
  other.criteria[0].weight = 0;
  assert.deepEqual([data.sites[0].rank, data.sites[1].rank, data.criteria[0].weight, data.plan.size], [1, 2, 1, 2]);
});

test("no patch changes nothing, and a name that a prototype has is a name", () => {
  assert.deepEqual(applyPatch({ a: 1 }, null), { a: 1 });
  const turned = applyPatch({ constructor: 1 }, { of: { toString: { "=": 2 }, constructor: { "=": 3 } } });
  assert.deepEqual(Object.entries(turned), [["constructor", 3], ["toString", 2]]);
});

test("the table for spreadsheets has names that cannot run and decimals of the language", () => {
  const words = { say: (key, { name } = {}) => (name ? `${key} ${name}` : key) };
  const side = (name, sites) => ({ name, data: { lang: "nb", sites } });
  const rows = pairSites([site("A", 2, { name: "=1+1" })], [site("A", 1, { name: "=1+1", offers: battery })]);
  const [head, first] = writeChanges(rows, side("=x", []), side("B", []), words).replace("\ufeff", "").split("\r\n");
  assert.equal(head.split(";")[2], "\"cmp_csv_rank =x\"");
  assert.equal(first, "\"'=1+1\";\"A\";2;1;1;98;99;\"\";\"energy_battery\"");
});

// What ranks rest on: two criteria, three sites.

const criteria = (first, second) => [{ key: "a", name: "Aa", weight: first }, { key: "b", name: "Bb", weight: second }];
const valued = (id, ...values) => ({ ...site(id, 1), values });
const BASE = { criteria: criteria(0.5, 0.5), sites: [valued("A", 1, 0), valued("B", 0.5, null), valued("C", 0, 0.2)] };
const tellAll = { number: String, say: (key, values = {}) => [key, ...Object.values(values)].join("|") };

test("two scenarios that rank by the same have no reason to differ, however their sites are listed", () => {
  const turned = { ...BASE, sites: [...BASE.sites].reverse() };
  const reasons = rankReasons(BASE, turned);
  assert.deepEqual(reasons, { count: 2, weights: [], values: [], lacking: 0 });
  assert.equal(isSameRanking(reasons), true);
  assert.equal(tellReasons(reasons, tellAll), "cmp_same_basis|2");
});

test("values, weights and sites that differ are named and counted", () => {
  const other = { criteria: criteria(0.6, 0.4), sites: [valued("A", 1, 0.1), valued("B", 0.5, 0.3), valued("E", 0, 0)] };
  const reasons = rankReasons(BASE, other);
  assert.deepEqual(reasons, { count: 2, weights: ["Aa", "Bb"], values: [{ name: "Bb", sites: 2 }], lacking: 2 });
  assert.equal(isSameRanking(reasons), false);
  assert.equal(tellReasons(reasons, tellAll), "cmp_why|cmp_why_weights|Aa, Bb; cmp_why_values|Bb (2); cmp_why_lacking|2");
});

test("a criterion that one scenario alone weighs is a weight that differs, wherever it stands", () => {
  const alone = { criteria: [criteria(0, 1)[1]], sites: BASE.sites.map(({ id, values }) => valued(id, values[1])) };
  assert.deepEqual(rankReasons(BASE, alone), { count: 2, weights: ["Aa", "Bb"], values: [], lacking: 0 });
});

test("values that weigh nothing now are no reason", () => {
  const light = (second) => ({ criteria: criteria(1, 0), sites: [valued("A", 1, second)] });
  assert.deepEqual(rankReasons(light(0), light(1)), { count: 1, weights: [], values: [], lacking: 0 });
});

test("the card of the other scenario says what is the same there", () => {
  const left = { name: "L", data: BASE };
  const right = { name: "R", data: BASE };
  const tell = (one, data = BASE) => tellSite(one, left, { ...right, data }, tellAll);
  assert.equal(tell(BASE.sites[0]), "cmp_site_same|L");
  assert.equal(tell(valued("E", 1, 1)), "cmp_site_lacks|L");
  assert.equal(tell({ ...valued("B", 0.5, 1), rank: 3 }), "cmp_site_rank|L|3|1 cmp_site_values|Bb");
  assert.equal(tell({ ...valued("B", 0.5, null), rank: 3 }), "cmp_site_rank|L|3|1 cmp_site_values_same");
  const heavy = { ...BASE, criteria: criteria(0.9, 0.1) };
  assert.equal(tell(valued("A", 1, 1), heavy), "cmp_site_rank_same|L cmp_site_values|Bb cmp_site_weights");
});

test("each plan is told in the question of the other, and how many of its stations are not there", () => {
  const plans = {
    left: { own: [0.9, 0.8], other: [0.85, null], lacking: 0 },
    right: { own: [0.94, 0.96], other: [0.934, 0.95], lacking: 2 },
  };
  const words = { ...tellAll, number: (value, decimals = 0) => value.toFixed(decimals) };
  const said = tellPlans(plans, "2030", "2040", words).map((text) => text.replaceAll("\u00a0", " "));
  assert.deepEqual(said, [
    "cmp_left_plan|2040|93.4 %|95.0 %|94.0 %|96.0 % cmp_plan_lacking|2040|2",
    "cmp_right_plan|2030|85.0 %|–|90.0 %|80.0 %",
  ]);
  assert.deepEqual(tellPlans(null, "2030", "2040", words), []);
});
