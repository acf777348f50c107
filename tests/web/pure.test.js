// Pure functions of the map page; run by test_maps_web.py with node --test.
import assert from "node:assert/strict";
import { test } from "node:test";

import { spreadWeights } from "../../src/regiongeo/maps/web/card.js";
import { makeIndex } from "../../src/regiongeo/maps/web/collision.js";
import { classOf, decodeLine, decodePoint } from "../../src/regiongeo/maps/web/data.js";
import { stretchOf } from "../../src/regiongeo/maps/web/flows.js";
import { findHits, fold, matchOf } from "../../src/regiongeo/maps/web/match.js";
import { isPinned, pinClass, spread } from "../../src/regiongeo/maps/web/pins.js";
import { tellProof } from "../../src/regiongeo/maps/web/plansummary.js";
import { settle, sidesOf } from "../../src/regiongeo/maps/web/settle.js";
import { areAlike, moveWeight, roundTo, toPercent } from "../../src/regiongeo/maps/web/weights.js";
import { findLimits, strikesOf } from "../../src/regiongeo/maps/web/limits.js";
import { makeWeightStore } from "../../src/regiongeo/maps/web/weightstore.js";
import { rint, uniform } from "../../src/regiongeo/maps/web/rank.js";
import { fillPlaces, makeWords } from "../../src/regiongeo/maps/web/words.js";

test("a line is the running sum of its steps, lat before lon", () => {
  assert.deepEqual(decodeLine([1075000, 5991000, 100, -100], 100000), [[59.91, 10.75], [59.909, 10.751]]);
  assert.deepEqual(decodePoint([1075000, 5991000], 100000), [59.91, 10.75]);
  assert.deepEqual(decodeLine([], 100000), []);
});

test("a class begins at its lower bound, and the last one is open", () => {
  const breaks = [0, 200, 500];
  assert.deepEqual([0, 199.9, 200, 499, 500, 9999].map((value) => classOf(value, breaks)), [0, 0, 1, 1, 2, 2]);
});

test("pins stay on their place unless a better one is there, and never overlap", () => {
  assert.deepEqual(spread([{ x: 0, y: 0 }, { x: 100, y: 0 }], 30), [[0, 0], [0, 0]]);
  const crowd = Array.from({ length: 10 }, (_, at) => ({ x: at % 3, y: at % 2 }));
  const places = spread(crowd, 30).map(([dx, dy], at) => [crowd[at].x + dx, crowd[at].y + dy]);
  assert.deepEqual(places[0], [0, 0]);
  for (let one = 0; one < places.length; one += 1) {
    for (let other = 0; other < one; other += 1) {
      const gap = Math.hypot(places[one][0] - places[other][0], places[one][1] - places[other][1]);
      assert.ok(gap >= 30, `${one} and ${other}: ${gap}`);
    }
  }
});

test("pins keep away from what must stay readable", () => {
  const [[across, down]] = spread([{ x: 0, y: 0 }], 30, [], [[-5, -5, 60, 5]]);
  assert.ok(Math.abs(down) >= 22 || across <= -22, `${across}, ${down}`);
  const [[dx, dy]] = spread([{ x: 0, y: 0 }], 30, [{ x: 5, y: 0 }]);
  assert.ok(Math.hypot(dx - 5, dy) >= 30);
});

test("only rated sites among the ten best get a pin, and an unconfirmed junction a lighter one", () => {
  const ranked = [{ rank: 10, score: 0.5 }, { rank: 11, score: 0.4 }, { rank: 2, score: null }];
  assert.deepEqual(ranked.map(isPinned), [true, false, false]);
  assert.equal(pinClass({ kind: "junction", gain: null }), "pin");
  assert.equal(pinClass({ kind: "possible_junction", gain: {} }), "pin chosen unsure");
});

test("a label finds room only where nothing stands, a pin takes its room", () => {
  const index = makeIndex();
  assert.equal(index.add([0, 0, 10, 10]), true);
  assert.equal(index.add([5, 5, 15, 15]), false);
  assert.equal(index.add([10, 0, 20, 10]), true);
  index.block([15, 5, 40, 40]);
  assert.equal(index.add([30, 30, 35, 35]), false);
});

test("search folds Norwegian letters and case", () => {
  assert.equal(fold("Sørumsand Ærøy Ås Åmål"), "sorumsand aeroy as amal");
  assert.equal(fold("LILLESTRÖM"), "lillestrom");
});

test("search puts the same before beginnings, beginnings before words, words before parts", () => {
  assert.deepEqual(["oslo", "oslo s", "kryss oslo", "xoslo", "moss"].map((text) => matchOf(text, "oslo")), [0, 1, 2, 3, 4]);
  const index = ["Kryss ved Ås", "Ås", "Åsnes", "Moss"].map((name, order) => ({ name, order, folded: fold(name) }));
  assert.deepEqual(findHits(index, " as ").map(({ name }) => name), ["Ås", "Åsnes", "Kryss ved Ås"]);
  assert.deepEqual(findHits(index, "  "), []);
});

test("what a criterion can give: the weight of one without data goes to the others", () => {
  assert.deepEqual(spreadWeights([0.5, 0.25, 0.25], [0.4, null, 0.1]), [0.5 / 0.75, 0.25, 0.25 / 0.75]);
});

test("places in a sentence are filled once, unknown ones stay, and values are not read again", () => {
  assert.equal(fillPlaces("{a} av {b} {c}", { a: "{b}", b: 2 }), "{b} av 2 {c}");
});

test("numbers, shares and dates are written as people of the language do", () => {
  const nb = makeWords({}, "nb");
  const en = makeWords({}, "en");
  assert.equal(nb.number(12345.67, 1).replace(/\s/g, " "), "12 345,7");
  assert.equal(en.number(12345.67, 1), "12,345.7");
  assert.equal(nb.percent(0.942).replace(/\s/g, " "), "94 %");
  assert.equal(nb.date("2026-11-20"), "20. november 2026");
  assert.equal(makeWords({ class_to: "{low}–{high}" }, "nb").range(2, 5), "2–5");
  assert.equal(nb.range(1, 1), "1");
  assert.equal(nb.date("i går"), "i går");
});

test("the flows of a site are those of the stretch whose trucks count, else of the closest one of its road", () => {
  const at = (lon) => [[lon, 6000000, 1000, 0]];
  const roads = [
    { road: "E6", truck_aadt: 300, flow: 0, lines: at(1000000) },
    { road: "E6", truck_aadt: 900, flow: 1, lines: at(1001000) },
    { road: "E6", truck_aadt: 900, flow: 2, lines: at(1050000) },
    { road: "E6", truck_aadt: 100, flow: null, lines: at(999500) },
  ];
  const site = { at: [1000000, 6000100], road: "E6", busiest_road: "E6", busiest_trucks: 900 };
  const found = (given) => stretchOf({ ...site, ...given }, { roads, scale: 100000 })?.flow ?? null;
  assert.equal(found({}), 1);
  assert.equal(found({ busiest_road: null, busiest_trucks: null }), 0);
  assert.equal(found({ road: "E18", busiest_road: null, busiest_trucks: null }), null);
  assert.equal(found({ road: null, busiest_road: null, busiest_trucks: null }), null);
});

test("the basis of a volume says the year it was counted, and nothing of conversion where it was not", () => {
  const texts = { basis_section: "section {year}", basis_modelled: "modelled", converted: "{counted}, to {base}" };
  const words = makeWords(texts, "en");
  assert.equal(words.basis({ traffic_basis: "section", basis_year: 2018 }, 2018), "section 2018");
  assert.equal(words.basis({ traffic_basis: "section", basis_year: 2016 }, 2018), "section 2016, to 2018");
  assert.equal(words.basis({ traffic_basis: "modelled", basis_year: null }, 2018), "modelled");
});

test("tags stand beside their head, on the next free side, and farther off with a line where all is taken", () => {
  const head = { x: 0, y: 0, reach: 10, width: 30 };
  assert.deepEqual(settle([head], [[-10, -10, 10, 10]])[0], { x: 26, y: 0, isApart: false });
  const [left] = settle([head], [[-10, -10, 10, 10], [10, -5, 40, 5]]);
  assert.deepEqual([left.x, left.isApart], [-26, false]);
  const [far] = settle([head], [[-45, -40, 45, 40]]);
  assert.equal(far.isApart, true);
  const [slanted] = settle([head], [[-60, -10, 60, 10], [-10, -60, 10, 60]]);
  assert.deepEqual([slanted.x, slanted.y, slanted.isApart], [26, 24, true]);
});

test("two tags never share a place", () => {
  const head = { x: 0, y: 0, reach: 10, width: 30 };
  const spots = settle(Array.from({ length: 12 }, () => head), [[-10, -10, 10, 10]]);
  assert.equal(new Set(spots.map(({ x, y }) => `${x},${y}`)).size, 12);
});

test("the page says proven only of what is", () => {
  const texts = {
    objective_trucks: "Flest turer.", plan_proven: "Bevist best.", plan_bound: "Høyst {percent} % bedre.",
    plan_worst_gap: "Den er {km} km.", plan_unsettled: "Tiden gikk ut.",
  };
  const words = makeWords(texts, "nb");
  const plan = { objective: "trucks", status: "optimal", gap: 0, worst_gap_km: null, is_settled: true };
  assert.deepEqual(tellProof(plan, words), ["Flest turer. Bevist best."]);
  const open = { ...plan, status: "feasible", gap: 0.0132, worst_gap_km: 84, is_settled: false };
  assert.deepEqual(tellProof(open, words), ["Flest turer. Den er 84 km. Høyst 1,3 % bedre.", "Tiden gikk ut."]);
});

test("shares close to none and to all are not told as none and all", () => {
  const { share } = makeWords({}, "en");
  assert.deepEqual([0, 0.001, 0.25, 0.997, 1].map(share), ["0%", "< 1%", "25%", "> 99%", "100%"]);
});

test("figures have two digits below ten and none behind the point from there", () => {
  const { amount } = makeWords({}, "en");
  assert.deepEqual([0, 0.634, 4, 8.62, 9.96, 12.6, 5235].map(amount), ["0", "0.63", "4", "8.6", "10", "13", "5,235"]);
});

test("a weight takes from the unlocked others in their proportions, and all add up to 100", () => {
  assert.deepEqual(moveWeight([40, 40, 20], 0, 70), [70, 20, 10]);
  assert.deepEqual(moveWeight([40, 40, 20], 0, 70, new Set([2])), [70, 10, 20]);
  assert.deepEqual(moveWeight([40, 40, 20], 0, 95, new Set([2])), [80, 0, 20]);
  assert.deepEqual(moveWeight([100, 0, 0], 0, 40), [40, 30, 30]);
  assert.deepEqual(moveWeight([50, 50], 0, 10, new Set([1])), [50, 50]);
  assert.deepEqual(moveWeight([100], 0, 10), [100]);
});

// Numbers 0 to 1 that are the same at each run.
function* chances(seed) {
  for (let number = 0; ; number += 1) yield uniform(number, seed);
}

test("any moves of any sliders keep what is locked as it is shown, and all shown add up to 100", () => {
  const random = chances(3);
  const pick = (count) => Math.floor(random.next().value * count);
  for (let run = 0; run < 300; run += 1) {
    let weights = Array.from({ length: 1 + pick(9) }, () => random.next().value);
    for (let step = 0; step < 30; step += 1) {
      const at = pick(weights.length);
      const locked = new Set(weights.map((_, place) => place).filter((place) => place !== at && random.next().value < 0.3));
      const before = toPercent(weights);
      weights = moveWeight(weights, at, pick(101), locked);
      const shown = toPercent(weights);
      assert.equal(shown.reduce((sum, one) => sum + one, 0), 100);
      assert.ok(shown.every((one) => Number.isInteger(one) && one >= 0));
      for (const place of locked) assert.equal(shown[place], before[place]);
    }
  }
});

test("away and back gives the old weights, through any places between, and others keep their proportions", () => {
  const random = chances(4);
  for (let run = 0; run < 300; run += 1) {
    const start = Array.from({ length: 2 + Math.floor(random.next().value * 8) }, () => 0.01 + random.next().value);
    const at = Math.floor(random.next().value * start.length);
    assert.equal(moveWeight(start, at, toPercent(start)[at]), start);
    const moved = moveWeight(start, at, Math.floor(random.next().value * 100));
    const others = start.map((_, place) => place).filter((place) => place !== at);
    for (const place of others) {
      assert.ok(Math.abs(moved[place] * start[others[0]] - moved[others[0]] * start[place]) < 1e-9);
    }
    // Small steps of one slider after another one do not add up to a drift.
    let [there, back] = [start, null];
    for (let value = 0; value < 100; value += 1) there = moveWeight(there, at, value);
    back = moveWeight(there, at, 40);
    for (const place of others) assert.ok(Math.abs(back[place] * start[others[0]] - back[others[0]] * start[place]) < 1e-6);
  }
});

test("percent are whole and add up, the largest remainders rounded up", () => {
  assert.deepEqual(toPercent([1, 1, 1]), [34, 33, 33]);
  assert.deepEqual(toPercent([0.25, 0.75, 0]), [25, 75, 0]);
  assert.deepEqual(toPercent([20 - 4e-15, 33.5, 46.5]), [20, 34, 46]);
  assert.deepEqual(roundTo([0.5, 0.5, 1], 2), [1, 0, 1]);
  assert.ok(areAlike([1, 2], [1, 2]) && !areAlike([1, 2], [1, 3]));
});

test("halves are rounded to even, as NumPy does", () => {
  assert.deepEqual([0.5, 1.5, 2.5, 3.5, 2.4999999999999996, 2 ** 52 + 1].map(rint), [0, 2, 2, 4, 2, 2 ** 52 + 1]);
});

test("a hard limit strikes out what its checklist does not meet, and never what is unknown", () => {
  const data = { checklist_rows: [["plot_area", "met", 9], ["plot_area", "not_met", 2, "m2", 9], ["grid", "unknown"], ["access", "not_met", 4, "km", 3]] };
  assert.deepEqual(findLimits(data), ["plot_area", "access"]);
  const site = { card: { checklist: [1, 2, 3] } };
  assert.deepEqual(strikesOf(site, new Set(["plot_area", "grid"]), data), [data.checklist_rows[1]]);
  assert.deepEqual(strikesOf({ card: { checklist: [0, 2] } }, new Set(["plot_area"]), data), []);
  assert.deepEqual(strikesOf({ card: null }, new Set(["plot_area"]), data), []);
});

test("weights, memories, comparison and limits outlive a reload; what is damaged is left out, a closed store let be", () => {
  const kept = new Map();
  const store = { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text) };
  const data = { map_id: "m", criteria: [{ key: "a" }, { key: "b" }] };
  const open = () => makeWeightStore(data, () => store);
  const nothing = { weights: null, memory: {}, against: "scenario", limits: [] };
  assert.deepEqual(open().read(), nothing);
  open().save({ limits: ["plot_area"] });
  open().save({ weights: [70, 30], memory: { A: [60, 40] }, against: "A" });
  assert.deepEqual(open().read(), { weights: [70, 30], memory: { A: [60, 40] }, against: "A", limits: ["plot_area"] });
  open().save({ weights: null });
  assert.deepEqual(open().read(), { weights: null, memory: { A: [60, 40] }, against: "A", limits: ["plot_area"] });
  const odd = ['{"a":1}', '{"a":-1,"b":2}', '{"a":0,"b":0}', '{"a":"1","b":2}', '{"a":1e308,"b":1e308}', '{"__proto__":{"a":1,"b":2}}', "[1,2]", "3"];
  for (const weights of odd) {
    kept.set("regiongeo/m/weights", `{"weights":${weights},"memory":{"A":${weights},"C":{"a":1,"b":1}},"against":"C","limits":[{}, 1]}`);
    assert.deepEqual(open().read(), nothing, weights);
  }
  for (const text of ["{", "null", "[]", "5", '{"memory":[],"limits":{}}', "x".repeat(1e6)]) {
    kept.set("regiongeo/m/weights", text);
    assert.deepEqual(open().read(), nothing, text.slice(0, 40));
  }
  const closed = makeWeightStore(data, () => { throw new Error("closed"); });
  closed.save({ weights: [1, 2] });
  assert.deepEqual(closed.read(), nothing);
});

test("a name stands above, below, right or left of its dot, clear of it", () => {
  assert.deepEqual(sidesOf({ x: 100, y: 50 }, { width: 40, height: 20, apart: 12 }), [
    ["above", [80, 18, 120, 38]], ["below", [80, 62, 120, 82]], ["right", [112, 40, 152, 60]], ["left", [48, 40, 88, 60]],
    ["above-right", [88, 18, 128, 38]], ["below-right", [88, 62, 128, 82]], ["above-left", [72, 18, 112, 38]], ["below-left", [72, 62, 112, 82]],
  ]);
});

test("larger tags stand farther off", () => {
  assert.deepEqual(settle([{ x: 0, y: 0, reach: 10, width: 30, height: 40 }], [[10, -5, 90, 5], [-90, -5, -10, 5]])[0], { x: 0, y: 31, isApart: false });
});
