// The pure modules of story, timer and table; run by test_maps_story.py with node --test.
import assert from "node:assert/strict";
import { test } from "node:test";

import { quote, writeNumber, writeRanking } from "../../src/regiongeo/maps/web/story/csv.js";
import { nameFile } from "../../src/regiongeo/maps/web/story/save.js";
import {
  combine, editStep, insertStep, MOST, moveStep, readStep, readSteps, removeStep, restore, serialise, tomlText, writeToml,
} from "../../src/regiongeo/maps/web/story/steps.js";
import { leftOf, makeClock, pauseClock, readMinutes, startClock, writeLeft } from "../../src/regiongeo/maps/web/story/timer.js";

const step = (title, change = {}) => readStep({ title, ...change });
const titles = (steps) => steps.map(({ title }) => title).join("");
const ABC = ["a", "b", "c"].map((title) => step(title));

test("a step keeps what belongs in it and nothing else", () => {
  const read = readStep({
    title: `a\u0000\n${"x".repeat(99)}`, text: "en\r\nto\u2028", more: 1,
    view: { lat: 59.912345678, lon: 10.7, zoom: 8.123, more: 1 },
    layers: { layer_sites: true, layer_x1: true, ws_layer: false, layer_roads: "ja", constructor: true },
    weights: { grid_km: 20, passing_trucks: -1, "x y": 3, grid_mw: Infinity }, projector: "ja",
  });
  assert.deepEqual(read, {
    title: `a${"x".repeat(79)}`, text: "en\nto\u2028", view: { lat: 59.91235, lon: 10.7, zoom: 8.12 },
    layers: { layer_sites: true, ws_layer: false }, weights: { grid_km: 20 }, projector: null, compare: null, isRecorded: false,
  });
  assert.equal(readStep(null), null);
  assert.equal(readStep([]), null);
  assert.equal(step("a", { view: { lat: 91, lon: 0, zoom: 8 } }).view, null);
  assert.equal(step("a", { view: { lat: NaN, lon: 0, zoom: 8 } }).view, null);
  assert.equal(step("a", { weights: { grid_km: 0 } }).weights, null);
  assert.deepEqual(readSteps("x"), []);
  assert.equal(readSteps(Array(200).fill({})).length, MOST.steps);
});

test("steps are moved, changed and taken out without changing the list they came from", () => {
  assert.equal(titles(moveStep(ABC, 0, 1)), "bac");
  assert.equal(titles(moveStep(ABC, 2, -1)), "acb");
  assert.equal(moveStep(ABC, 2, 1), ABC);
  assert.equal(moveStep(ABC, 0, -1), ABC);
  assert.equal(titles(insertStep(ABC, 1, step("x"))), "axbc");
  assert.equal(titles(removeStep(ABC, 1)), "ac");
  assert.equal(titles(editStep(ABC, 1, { title: "q\n" })), "aqc");
  assert.equal(titles(ABC), "abc");
});

test("what was kept stands for the same file; a new file keeps only what was recorded", () => {
  const recorded = step("r", { isRecorded: true });
  const kept = { given: ABC, steps: [recorded, ABC[2]] };
  assert.equal(titles(combine(ABC, kept)), "rc");
  assert.equal(titles(combine([step("n")], kept)), "nr");
  assert.equal(titles(combine(ABC, null)), "abc");
  assert.deepEqual(restore(serialise(ABC, kept.steps)), kept);
});

test("damaged memory is nothing", () => {
  for (const text of ["", "{", "null", "[]", "{\"schema\": \"x\", \"steps\": []}", "{\"schema\": \"regiongeo-story/1\"}"]) {
    assert.equal(restore(text), null, text);
  }
});

test("texts in TOML are one basic string", () => {
  assert.equal(tomlText("a\"b\\c\nd\te\u007f\u0085''' æ😀"), "\"a\\\"b\\\\c\\nd\\u0009e\\u007f\\u0085''' æ😀\"");
});

test("a story is written as TOML tables, with a title where there is none", () => {
  const steps = [
    step("Velkommen", { text: "Hei\n\"du\"", projector: true, view: { lat: 59.9, lon: -10, zoom: 8 }, layers: { layer_sites: true }, weights: { grid_km: 2.5 } }),
    step(" "),
  ];
  assert.equal(writeToml(steps, (number) => `Lysark ${number}`), [
    "[[step]]", "title = \"Velkommen\"", "text = \"Hei\\n\\\"du\\\"\"", "projector = true", "[step.view]", "lat = 59.9", "lon = -10",
    "zoom = 8", "[step.layers]", "layer_sites = true", "[step.weights]", "grid_km = 2.5", "", "[[step]]", "title = \"Lysark 2\"", "",
  ].join("\n"));
});

test("the clock goes by the time of day: what nobody looked at has passed too", () => {
  const clock = startClock(makeClock(10), 1000);
  assert.equal(leftOf(clock, 1000), 600_000);
  assert.equal(leftOf(clock, 61_000), 540_000);
  assert.equal(leftOf(clock, 9e9), 0);
  const paused = pauseClock(clock, 61_000);
  assert.equal(leftOf(paused, 9e9), 540_000);
  assert.equal(leftOf(startClock(paused, 100_000), 101_000), 539_000);
  assert.equal(startClock(clock, 5000), clock);
  assert.equal(startClock(pauseClock(clock, 9e9), 0).end, null);
});

test("time left is told by the second that has begun", () => {
  assert.deepEqual([0, 1, 1000, 59_999, 60_000, 545_000, 6_000_000].map(writeLeft), ["0:00", "0:01", "0:01", "1:00", "1:00", "9:05", "100:00"]);
  assert.deepEqual(["5", "", "x", "0", "-3", "999", "2,5", "2.4"].map(readMinutes), [5, 10, 10, 1, 1, 180, 10, 2]);
});

test("numbers as the language writes them, and nothing where nothing is known", () => {
  assert.deepEqual([1234.5, 2, -0.26, null, undefined, NaN].map((one) => writeNumber(one, 1, "nb")), ["1234,5", "2", "-0,3", "", "", ""]);
  assert.equal(writeNumber(1234.5, 1, "en"), "1234.5");
});

test("no text is run as a formula", () => {
  for (const start of ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"]) assert.equal(quote(`${start}1`), `"'${start}1"`);
  assert.equal(quote("a\"b;c"), "\"a\"\"b;c\"");
  assert.equal(quote("Kløfta"), "\"Kløfta\"");
});

const WORDS = { say: (key, { name } = {}) => [key.replace("st_csv_", ""), name].filter(Boolean).join(" ") };

test("the ranking carries the weights it was made by, in the order it is shown", () => {
  const site = { id: "T1", name: "=Kryss", municipality: "Ås", subregion: null, rank: 1, score: 0.625, rank_low: 1, rank_high: 3, top5_share: 1, raw: [1200.4, null] };
  const unrated = { ...site, id: "T2", name: "B", rank: 2, score: null, rank_low: null, rank_high: null, top5_share: 0, raw: [null, 0.25] };
  const data = {
    lang: "nb", ranked: [site, unrated],
    criteria: [{ key: "passing_trucks", name: "Lastebiler", unit: "d", factor: 1, decimals: 0 }, { key: "builtup_share", name: "Tettbygd", unit: "%", factor: 100, decimals: 0 }],
  };
  const drawn = [{ id: "p1", name: "+Jordet", rank: 2, score: 0.5, reason: "langt fra veg" }];
  const text = writeRanking(data, WORDS, { weights: { passing_trucks: 60, builtup_share: 40 }, struck: new Map([[unrated, "areal"]]), drawn });
  assert.equal(text, `\ufeff${[
    "\"rank\";\"site\";\"id\";\"status\";\"municipality\";\"subregion\";\"score\";\"rank_low\";\"rank_high\";\"top5\";\"struck\";\"Lastebiler [d]\";\"weight Lastebiler\";\"Tettbygd [%]\";\"weight Tettbygd\"",
    "1;\"'=Kryss\";\"T1\";\"st_ranked\";\"Ås\";\"\";62,5;1;3;100;\"\";1200,4;60;;40",
    ";\"B\";\"T2\";\"st_ranked\";\"Ås\";\"\";;;;0;\"areal\";;60;25;40",
    "2;\"'+Jordet\";\"p1\";\"st_provisional\";\"\";\"\";50;;;;\"langt fra veg\";;60;;40",
  ].join("\r\n")}\r\n`);
});

test("file names are plain", () => {
  assert.equal(nameFile("rangering", "Prøve/../2030", "csv", new Date("2027-01-14T12:41:03Z")), "regiongeo-rangering-pr-ve-2030-2027-01-14-1241.csv");
  assert.equal(nameFile("lysark", "m1", "toml"), "regiongeo-lysark-m1.toml");
});
