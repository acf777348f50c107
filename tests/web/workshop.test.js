// The workshop's pure modules; run by test_maps_workshop.py with node --test.
import assert from "node:assert/strict";
import { test } from "node:test";

import { buildExport, parseExport, toFeature, widenBox } from "../../src/regiongeo/maps/web/workshop/exportfile.js";
import { makeFileWeights } from "../../src/regiongeo/maps/web/workshop/fileweights.js";
import { nameFile, readFiles } from "../../src/regiongeo/maps/web/workshop/files.js";
import { insideOf, latlngsOf, pointOf, polygonOf, turnOf } from "../../src/regiongeo/maps/web/workshop/geometry.js";
import { giveBack, sortFiles, withoutTable } from "../../src/regiongeo/maps/web/workshop/inbox.js";
import { areaOfGeometry, describeSketch, writeArea, writeLength, writePlace } from "../../src/regiongeo/maps/web/workshop/measure.js";
import { canonical, conflicts, fromFile, merge, mergeFiles, standing } from "../../src/regiongeo/maps/web/workshop/merge.js";
import { addFiles, makeFileStore, makeTables } from "../../src/regiongeo/maps/web/workshop/othertables.js";
import { makeSaved } from "../../src/regiongeo/maps/web/workshop/saved.js";
import {
  clear, makeSession, makeStore, put, putAll, redo, remove, rename, restore, serialise, undo,
} from "../../src/regiongeo/maps/web/workshop/session.js";
import { addCorner, crosses, outline, refusal, toGeometry } from "../../src/regiongeo/maps/web/workshop/sketch.js";
import { cleanLine, cleanNote, compareTexts, cutTo, isTime, lengthOf } from "../../src/regiongeo/maps/web/workshop/texts.js";
import { areaOfRing, lengthOfLine, toUtm } from "../../src/regiongeo/maps/web/workshop/utm.js";
import { makeWords } from "../../src/regiongeo/maps/web/words.js";

const BOX = widenBox([[58.6, 7.2], [61.7, 12.8]]);
const OPTIONS = { map: "m1", box: BOX };
const id = (number) => number.toString(16).padStart(32, "0");
const HOSTILE = "<img src=x onerror=hit()> ${x} {{ y }} \" ' ` \\ =1+1 \u202e æøå e\u0301 😀\u2028";

function proposal(number, change = {}) {
  return {
    id: id(number), kind: "proposal", navn: `Forslag ${number}`, notat: "", merke: null, stemmer: 0,
    geometry: pointOf([59.9, 10.7]), created: "2027-01-14T12:31:00Z", provisional: 0.63, ...change,
  };
}

function feedback(site, change = {}) {
  return { id: site, kind: "feedback", notat: "Støy?", merke: "undersok", stemmer: 2, geometry: pointOf([59.8, 10.8]), ...change };
}

function fileOf(records, change = {}) {
  return { map: "m1", dataVersion: "v1", exported: "2027-01-14T12:41:03Z", table: "bord 3", weights: { passing_trucks: 60 }, records, ...change };
}

// A sound file with one thing changed in it.
function spoilt(change) {
  const content = JSON.parse(buildExport(fileOf([proposal(1), feedback("T04")])));
  change(content, content.features[0], content.features[0].properties);
  return parseExport(JSON.stringify(content), OPTIONS);
}

const keysOf = ({ problems }) => problems.map(({ key }) => key);

// Small and with a seed, so that a failure can be repeated.
function makeRandom(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

// Texts

test("control characters and lone halves go, everything else stays byte for byte", () => {
  assert.equal(cleanLine("a\u0000b\nc\td\u007fe\u0085f\ud800g"), "abcdefg");
  assert.equal(cleanNote("én\r\nto\u0007"), "én\nto");
  assert.equal(cleanNote(HOSTILE), HOSTILE);
  assert.equal(lengthOf("😀å"), 2);
  assert.equal(cutTo("😀åb", 2), "😀å");
});

test("texts are ordered by code points", () => {
  assert.deepEqual(["b", "a", "😀", "\uff5e", "ab", ""].sort(compareTexts), ["", "a", "ab", "b", "\uff5e", "😀"]);
});

test("a time is one that is in the calendar", () => {
  assert.ok(isTime("2027-01-14T12:41:03Z"));
  for (const bad of ["2027-02-30T00:00:00Z", "2027-01-14T24:00:00Z", "2027-01-14", "2027-01-14T12:41:03+01:00", 5, null]) assert.ok(!isTime(bad));
});

// Geodesy, against pyproj: Transformer(4326, 25832) and Geod("GRS80")

test("UTM 32 is good to a centimetre all over the region", () => {
  const places = [
    [[59.91273, 10.74609], [597641.7314, 6642979.6964]],
    [[58.461436, 6.942556], [379966.2125, 6481922.2504]],
    [[61.773958, 12.87084], [704158.6874, 6855078.9238]],
    [[60, 9], [500000, 6651411.1902]],
    [[59.2, 12.25], [685588.7109, 6566845.5447]],
  ];
  for (const [latlng, expected] of places) {
    toUtm(latlng).forEach((value, at) => assert.ok(Math.abs(value - expected[at]) < 0.001, `${latlng}: ${value}`));
  }
});

test("areas and lengths are those of the ellipsoid", () => {
  const areas = [
    [[[59.91, 10.74], [59.91, 10.745], [59.912, 10.745], [59.912, 10.74]], 62334.1],
    [[[60.1, 12.3], [60.1, 12.31], [60.11, 12.32], [60.115, 12.3]], 1239368.7],
    [[[59, 7.5], [59.3, 12.5], [61.5, 11]], 36230523893.7],
    [[[58.6, 7.2], [58.6, 12.6], [61.6, 12.6], [61.6, 7.2]], 100304475908.7],
  ];
  for (const [ring, expected] of areas) {
    // Sides are straight on the map sheet here and geodesics there: it shows where they are hundreds of kilometres long.
    const most = expected < 1e9 ? 1e-5 : 5e-4;
    assert.ok(Math.abs(areaOfRing(ring) / expected - 1) < most, `${areaOfRing(ring)} and ${expected}`);
    assert.ok(Math.abs(areaOfRing([...ring].reverse()) / areaOfRing(ring) - 1) < 1e-9);
  }
  const lines = [
    [[[59.91, 10.74], [59.92, 10.76]], 1578.95],
    [[[59, 7.5], [61.5, 12.5]], 392547.84],
    [[[59.2, 10.2], [59.9, 10.7], [60.8, 10.69]], 183229.27],
  ];
  for (const [line, expected] of lines) assert.ok(Math.abs(lengthOfLine(line) / expected - 1) < 1e-5, `${lengthOfLine(line)} and ${expected}`);
});

test("figures are written in dekar, metres and kilometres, as Norwegians do", () => {
  const words = makeWords({
    ws_area: "{area} dekar", ws_metres: "{metres} m", ws_kilometres: "{km} km", ws_place: "{lat} {lon} N {north} Ø {east}",
  }, "nb");
  const plain = (text) => text.replace(/[\u00a0\u202f]/g, " ");
  assert.equal(writeArea(62334.1, words), "62,3 dekar");
  assert.equal(writeArea(1500, words), "1,50 dekar");
  assert.equal(plain(writeArea(36230523893, words)), "36 230 524 dekar");
  assert.equal(writeLength(999.4, words), "999 m");
  assert.equal(writeLength(1578.95, words), "1,58 km");
  assert.equal(plain(writePlace([59.91273, 10.74609], words)), "59,91273 10,74609 N 6 642 980 Ø 597 642");
  assert.equal(describeSketch("polygon", [[59, 10], [60, 10]], words), "");
  assert.equal(describeSketch("point", [[59, 10]], words), "");
});

test("holes are not part of the area", () => {
  const ring = (size) => [[10, 60], [10 + size, 60], [10 + size, 60 + size], [10, 60 + size], [10, 60]];
  const whole = areaOfGeometry({ type: "Polygon", coordinates: [ring(0.1)] });
  const holed = areaOfGeometry({ type: "Polygon", coordinates: [ring(0.1), ring(0.05)] });
  assert.ok(holed < whole * 0.76 && holed > whole * 0.74);
  assert.equal(areaOfGeometry(pointOf([60, 10])), null);
});

// Geometry and sketches

test("a polygon is closed, counter-clockwise and has six decimals", () => {
  const clockwise = [[60, 10], [60.1, 10], [60.1, 10.1234567], [60, 10.1]];
  const { coordinates: [ring] } = polygonOf(clockwise);
  assert.deepEqual(ring, [[10, 60], [10.1, 60], [10.123457, 60.1], [10, 60.1], [10, 60]]);
  assert.ok(turnOf(ring.slice(0, -1)) > 0);
  assert.deepEqual(polygonOf([...clockwise].reverse()).coordinates[0].slice(1).map(String).sort(), ring.slice(1).map(String).sort());
});

test("a label stands inside its shape, also where the middle is outside", () => {
  const horseshoe = polygonOf([[60, 10], [60, 10.3], [60.3, 10.3], [60.3, 10.2], [60.1, 10.2], [60.1, 10.1], [60.3, 10.1], [60.3, 10]]);
  const [lat, lon] = insideOf(horseshoe);
  assert.equal(lat, 60.15);
  assert.ok((lon > 10 && lon < 10.1) || (lon > 10.2 && lon < 10.3));
  assert.deepEqual(insideOf(pointOf([60, 10])), [60, 10]);
  assert.equal(latlngsOf(horseshoe).length, 8);
});

test("sides that cross, touch or run back are refused", () => {
  const square = [[0, 0], [0, 1], [1, 1], [1, 0]];
  assert.ok(!crosses(square, { isClosed: true }));
  assert.ok(crosses([[0, 0], [1, 1], [0, 1], [1, 0]], { isClosed: true }));
  assert.ok(crosses([[0, 0], [0, 2], [1, 2], [0, 1]], { isClosed: true }), "a corner on a side");
  assert.ok(crosses([[0, 0], [0, 2], [0, 1]], { isClosed: false }), "back over the last side");
  assert.ok(!crosses([[0, 0], [0, 1], [0, 2], [1, 2]], { isClosed: true }), "straight on is no crossing");
  assert.ok(crosses([[0, 0], [0, 1], [1, 1], [0, 0], [1, 0]], { isClosed: false }), "back through the first corner");
});

test("corners are added one by one, and a bad one changes nothing", () => {
  let corners = [];
  for (const corner of [[60, 10], [60.1, 10.1], [60, 10.1]]) corners = addCorner("polygon", corners, corner).corners;
  assert.equal(refusal("polygon", corners), null);
  assert.equal(addCorner("polygon", corners, [60.2, 10]).refused, "ws_crossing");
  assert.deepEqual(addCorner("polygon", corners, [60, 10.1]).corners, corners, "the same place twice is one corner");
  assert.equal(refusal("polygon", corners.slice(0, 2)), "ws_few_corners");
  assert.equal(refusal("polygon", [[60, 10], [60, 10.1], [60, 10.2]]), "ws_flat");
  assert.equal(refusal("line", [[60, 10]]), "ws_few_points");
  const many = Array.from({ length: 499 }, (_, at) => [60 + at / 1e4, 10]);
  assert.equal(addCorner("line", many, [61, 11]).refused, "ws_many_corners");
});

test("a rectangle is two corners, a point is one", () => {
  const { corners } = addCorner("rectangle", [], [60, 10]);
  const done = addCorner("rectangle", corners, [60.1, 10.2]);
  assert.ok(done.isDone);
  assert.deepEqual(outline("rectangle", done.corners), [[60, 10], [60, 10.2], [60.1, 10.2], [60.1, 10]]);
  assert.equal(toGeometry("rectangle", done.corners).coordinates[0].length, 5);
  assert.equal(addCorner("rectangle", corners, [60, 10.2]).refused, "ws_flat");
  assert.ok(addCorner("point", [], [60, 10]).isDone);
  assert.deepEqual(toGeometry("point", [[60, 10]]), { type: "Point", coordinates: [10, 60] });
});

// The file

test("the file is written by the contract, in a fixed order", () => {
  const later = proposal(1, { created: "2027-01-14T12:32:00Z" });
  const text = buildExport(fileOf([feedback("T05"), later, feedback("T04"), proposal(3), proposal(2)]));
  const { regiongeo, features, ...rest } = JSON.parse(text);
  assert.deepEqual(Object.keys(JSON.parse(text)), ["type", "regiongeo", "features"]);
  assert.deepEqual(rest, { type: "FeatureCollection" });
  assert.equal(
    JSON.stringify(regiongeo),
    '{"schema":"regiongeo-workshop/1","map":"m1","data_version":"v1","exported":"2027-01-14T12:41:03Z","table":"bord 3","weights":{"passing_trucks":60}}',
  );
  assert.deepEqual(features.map((one) => one.id), [id(2), id(3), id(1), "T04", "T05"]);
  assert.deepEqual(Object.keys(features[0].properties), ["kind", "navn", "notat", "merke", "stemmer", "created", "provisional"]);
  assert.deepEqual(features[3], {
    type: "Feature", id: "T04", geometry: { type: "Point", coordinates: [10.8, 59.8] },
    properties: { kind: "feedback", site_id: "T04", notat: "Støy?", merke: "undersok", stemmer: 2 },
  });
});

test("what is written is read back unchanged, hostile text too", () => {
  const area = polygonOf([[60, 10], [60, 10.01], [60.01, 10.01]]);
  const file = fileOf([proposal(1, { navn: HOSTILE.slice(0, 60), notat: `${HOSTILE}\n\n${HOSTILE}`, geometry: area }), feedback("T <04>", { notat: HOSTILE })]);
  const read = parseExport(buildExport(file), OPTIONS);
  assert.deepEqual(read.problems, []);
  assert.deepEqual(read.file, file);
});

test("votes and notes that are missing are none, unknown members are passed over", () => {
  const { file } = spoilt((content, feature, properties) => {
    delete properties.stemmer;
    delete properties.notat;
    delete properties.provisional;
    Object.assign(content, { crs: "x" });
    Object.assign(properties, { extra: [1] });
    content.regiongeo.weights = {};
  });
  assert.equal(file.records[0].stemmer, 0);
  assert.equal(file.records[0].notat, "");
  assert.equal(file.records[0].provisional, null);
  assert.ok(!("extra" in file.records[0]));
});

test("each fault of a file has its word", () => {
  const faults = {
    bad_newer: (content) => (content.regiongeo.schema = "regiongeo-workshop/2"),
    bad_map: (content) => (content.regiongeo.map = "m2"),
    bad_exported: (content) => (content.regiongeo.exported = "2027-02-30T00:00:00Z"),
    bad_table: (content) => (content.regiongeo.table = "b".repeat(41)),
    bad_weights: (content) => (content.regiongeo.weights = { passing_trucks: "60" }),
    bad_many: (content) => (content.features = Array(2001).fill(content.features[0])),
    bad_twice: (content) => content.features.push(content.features[1]),
    bad_feature: (_, feature) => (feature.properties = null),
    bad_record_kind: (_, __, properties) => (properties.kind = "constructor"),
    bad_id: (_, feature) => (feature.id = "ABC"),
    bad_geometry: (_, feature) => (feature.geometry = { type: "LineString", coordinates: [[10, 60], [11, 60]] }),
    bad_outside: (_, feature) => (feature.geometry.coordinates = [60, 10]),
    bad_text: (_, __, properties) => (properties.navn = "n".repeat(81)),
    bad_mark: (_, __, properties) => (properties.merke = "toString"),
    bad_votes: (_, __, properties) => (properties.stemmer = 1.5),
    bad_created: (_, __, properties) => (properties.created = "i går"),
    bad_provisional: (_, __, properties) => (properties.provisional = 1.01),
  };
  for (const [key, change] of Object.entries(faults)) {
    const read = spoilt(change);
    assert.deepEqual(keysOf(read), [key]);
    assert.equal(read.file, null);
  }
});

test("polygons are closed, have corners enough and not too many", () => {
  const withRing = (ring) => keysOf(spoilt((_, feature) => (feature.geometry = { type: "Polygon", coordinates: [ring] })));
  const ring = [[10, 60], [10.1, 60], [10.1, 60.1], [10, 60]];
  assert.deepEqual(withRing(ring), []);
  assert.deepEqual(withRing(ring.slice(0, 3)), ["bad_geometry"]);
  assert.deepEqual(withRing([...ring.slice(0, 3), [10, 60.2]]), ["bad_geometry"]);
  assert.deepEqual(withRing([[10, 60], [10, 60], [10, 60], [10, 60]]), ["bad_geometry"]);
  assert.deepEqual(withRing([[10, 60], ["10.1", 60], [10.1, 60.1], [10, 60]]), ["bad_geometry"]);
  assert.deepEqual(withRing([[10, 60], null, [10.1, 60.1], [10, 60]]), ["bad_geometry"]);
  const wheel = Array.from({ length: 501 }, (_, at) => [10 + Math.cos(at / 80) / 10, 60 + Math.sin(at / 80) / 10]);
  assert.deepEqual(withRing([...wheel, wheel[0]]), ["bad_vertices"]);
  assert.deepEqual(keysOf(spoilt((_, feature) => (feature.geometry = { type: "Polygon", coordinates: [] }))), ["bad_geometry"]);
});

test("all faults of a file are told at once, with the place", () => {
  const { problems } = spoilt((content, _, properties) => {
    properties.merke = "x";
    properties.stemmer = -1;
    content.features[1].geometry = null;
  });
  assert.deepEqual(problems.map(({ key, values }) => [key, values.at]), [["bad_mark", 1], ["bad_votes", 1], ["bad_geometry", 2]]);
});

test("texts that are no export are refused, whatever they are", () => {
  const texts = {
    "": "bad_json", "{": "bad_json", "\ufeff{}": "bad_json", '{"a":NaN}': "bad_json", null: "bad_kind", "[]": "bad_kind", "5": "bad_kind",
    '{"type":"FeatureCollection","features":[]}': "bad_kind",
    '{"type":"FeatureCollection","regiongeo":{"schema":"other/1"},"features":[]}': "bad_kind",
    [`${"[".repeat(100_000)}${"]".repeat(100_000)}`]: null,
    [" ".repeat(5_000_001)]: "bad_size",
  };
  for (const [text, key] of Object.entries(texts)) {
    const read = parseExport(text, OPTIONS);
    assert.equal(read.file, null);
    if (key) assert.deepEqual(keysOf(read), [key], text.slice(0, 40));
  }
});

test("infinite numbers are refused", () => {
  const text = buildExport(fileOf([proposal(1)]));
  assert.deepEqual(keysOf(parseExport(text.replace("59.9]", "1e999]"), OPTIONS)), ["bad_geometry"]);
  assert.deepEqual(keysOf(parseExport(text.replace('"passing_trucks":60', '"passing_trucks":1e999'), OPTIONS)), ["bad_weights"]);
});

test("whatever is done to a file, it is taken whole or refused with a word, and never throws", () => {
  const random = makeRandom(11);
  const odd = [null, true, -1, 1e308, "", "__proto__", [], {}, [[]], { type: "Point" }, "\u0000", HOSTILE];
  const area = polygonOf([[60, 10], [60, 10.01], [60.01, 10.01]]);
  const text = buildExport(fileOf([proposal(1, { geometry: area }), feedback("T04")]));
  const spoil = (value) => {
    if (random(40) === 0) return odd[random(odd.length)];
    if (Array.isArray(value)) return value.map(spoil);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).filter(() => random(60) > 0).map(([name, one]) => [name, spoil(one)]));
  };
  let taken = 0;
  for (let round = 0; round < 3000; round += 1) {
    const { file, problems } = parseExport(JSON.stringify(spoil(JSON.parse(text))), OPTIONS);
    assert.equal(file === null, problems.length > 0);
    if (!file) continue;
    taken += 1;
    assert.deepEqual(parseExport(buildExport(file), OPTIONS).file, file);
  }
  assert.ok(taken > 300 && taken < 2700, String(taken));
});

test("no prototype is touched, and nothing is read from one", () => {
  const text = buildExport(fileOf([proposal(1)])).replace('"properties":{', '"properties":{"__proto__":{"stemmer":9,"polluted":1},')
    .replace('"weights":{', '"weights":{"__proto__":50,"constructor":5,');
  const { file, problems } = parseExport(text, OPTIONS);
  assert.deepEqual(problems, []);
  assert.equal(file.records[0].stemmer, 0);
  assert.equal({}.polluted, undefined);
  assert.equal(Object.getPrototypeOf(file.weights), Object.prototype);
  assert.deepEqual(Object.keys(file.weights), ["constructor", "passing_trucks"]);
  const inherited = '{"__proto__":{"type":"FeatureCollection","regiongeo":{},"features":[]}}';
  assert.deepEqual(keysOf(parseExport(inherited, OPTIONS)), ["bad_kind"]);
});

test("another map is opened only when someone says so", () => {
  const text = buildExport(fileOf([proposal(1)], { map: "m2" }));
  assert.deepEqual(parseExport(text, OPTIONS).problems, [{ key: "bad_map", values: { map: "m2" } }]);
  assert.equal(parseExport(text, { ...OPTIONS, anyMap: true }).file.map, "m2");
});

// Merging

function randomFile(random) {
  const records = Array.from({ length: random(4) }, (_, at) => proposal(at, { notat: `n${random(3)}`, stemmer: random(2) }));
  return fileOf(records, { exported: `2027-01-14T12:0${random(3)}:00Z`, table: `bord ${random(2)}`, map: `m${random(2)}` });
}

const told = (merged) => canonical([standing(merged), conflicts(merged).map(({ table, contents }) => [table, contents.map(({ text, exported }) => [text, exported])])]);

test("merging is idempotent, commutative and associative", () => {
  const random = makeRandom(7);
  for (let round = 0; round < 500; round += 1) {
    const [a, b, c] = [0, 1, 2].map(() => mergeFiles(Array.from({ length: 1 + random(3) }, () => randomFile(random))));
    assert.equal(told(merge(a, a)), told(a));
    assert.equal(told(merge(a, b)), told(merge(b, a)));
    assert.equal(told(merge(merge(a, b), c)), told(merge(a, merge(b, c))));
    assert.equal(told(merge(a, new Map())), told(a));
  }
});

test("the later file stands, of equal times the larger text, and both are listed", () => {
  const early = fileOf([proposal(1, { notat: "å" })]);
  const late = fileOf([proposal(1, { notat: "a" })], { exported: "2027-01-14T13:00:00Z" });
  const merged = mergeFiles([late, early]);
  assert.deepEqual(standing(merged).map(({ record }) => record.notat), ["a"]);
  assert.deepEqual(conflicts(merged)[0].contents.map(({ record }) => record.notat), ["a", "å"]);
  const equal = mergeFiles([fileOf([proposal(1, { notat: "a" })]), early]);
  assert.deepEqual(standing(equal).map(({ record }) => record.notat), ["å"]);
  assert.equal(conflicts(equal).length, 1);
});

test("the same content later is no conflict, and tables are kept apart", () => {
  const file = fileOf([proposal(1)]);
  assert.deepEqual(conflicts(mergeFiles([file, { ...file, exported: "2028-01-01T00:00:00Z" }])), []);
  const apart = mergeFiles([file, { ...file, table: "bord 4" }, { ...file, map: "m2" }]);
  assert.equal(standing(apart).length, 3);
  assert.equal(withoutTable(apart, "bord 3").size, 1);
});

test("the canonical text sorts keys and keeps numbers as they are written", () => {
  const text = canonical(toFeature(proposal(1, { geometry: pointOf([60, 10.5]) })));
  assert.equal(text, `{"geometry":{"coordinates":[10.5,60],"type":"Point"},"id":"${id(1)}","properties":{"created":"2027-01-14T12:31:00Z",`
    + '"kind":"proposal","merke":null,"navn":"Forslag 1","notat":"","provisional":0.63,"stemmer":0},"type":"Feature"}');
  assert.equal(fromFile(fileOf([])).size, 0);
});

test("a table's own file gives back what is missing and changes nothing that stands", () => {
  const records = new Map([[id(1), proposal(1, { notat: "her" })]]);
  const file = fileOf([proposal(1, { notat: "i filen" }), proposal(2)], { exported: "2030-01-01T00:00:00Z" });
  const { added, conflicts: clashes } = giveBack([file], { map: "m1", table: "bord 3", records });
  assert.deepEqual(added.map((one) => one.id), [id(2)]);
  assert.deepEqual(clashes[0].contents.map(({ record }) => record.notat), ["her", "i filen"]);
  assert.deepEqual(giveBack([], { map: "m1", table: "bord 3", records }), { added: [], conflicts: [] });
});

test("a bad file is refused by itself", () => {
  const texts = [{ name: "a", text: buildExport(fileOf([proposal(1)])) }, { name: "b", text: "{" }, { name: "c", problem: { key: "bad_size", values: {} } }];
  const { good, bad } = sortFiles(texts, OPTIONS);
  assert.equal(good.length, 1);
  assert.deepEqual(bad.map(({ name, problems }) => [name, problems[0].key]), [["b", "bad_json"], ["c", "bad_size"]]);
});

// The session

test("undo and redo go step by step, and typing is one step", () => {
  let session = put(makeSession(), proposal(1));
  for (const notat of ["S", "St", "Støy"]) session = put(session, proposal(1, { notat }), "note:1");
  session = put(session, proposal(1, { notat: "Støy", merke: "aktuell" }));
  const noteOf = ({ now }) => now.records.get(id(1))?.notat;
  assert.equal(undo(session).now.records.get(id(1)).merke, null);
  assert.equal(noteOf(undo(undo(session))), "");
  assert.equal(noteOf(undo(undo(undo(session)))), undefined);
  assert.equal(noteOf(redo(undo(undo(session)))), "Støy");
  assert.equal(undo(makeSession()).now.records.size, 0);
  assert.deepEqual(redo(session), session);
  assert.equal(put(undo(session), proposal(2)).future.length, 0);
});

test("undo then redo is where one was, for random walks", () => {
  const random = makeRandom(3);
  const acts = [
    (session) => put(session, proposal(random(5), { stemmer: random(9) })), (session) => remove(session, id(random(5))),
    (session) => rename(session, `bord ${random(9)}`), (session) => clear(session), (session) => put(session, feedback("T1")),
    (session) => put(session, feedback("T1", { notat: "", merke: null, stemmer: 0 })), (session) => putAll(session, [proposal(7)]),
  ];
  const shape = ({ now }) => canonical([now.table, [...now.records.values()]]);
  for (let round = 0; round < 200; round += 1) {
    let session = makeSession();
    for (let step = 0; step < 12; step += 1) {
      session = acts[random(acts.length)](session);
      const back = undo(session);
      assert.equal(shape(redo(back)), shape(session));
    }
    while (session.past.length) session = undo(session);
    assert.equal(shape(session), shape(makeSession()));
  }
});

test("a site nobody says anything of is no record", () => {
  const session = put(put(makeSession(), feedback("T1")), feedback("T1", { notat: "", merke: null, stemmer: 0 }));
  assert.equal(session.now.records.size, 0);
});

test("a session is kept and comes back, without a name of the table too", () => {
  const head = { map: "m1", dataVersion: "v1", exported: "2027-01-14T12:41:03Z" };
  const session = rename(put(put(makeSession(), proposal(1, { notat: HOSTILE })), feedback("T04")), "");
  const back = restore(serialise(session, head), OPTIONS);
  assert.deepEqual([...back.now.records.values()], [...session.now.records.values()]);
  assert.equal(back.past.length, 0);
  assert.equal(restore("{", OPTIONS), null);
  assert.equal(restore(serialise(session, { ...head, map: "m2" }), OPTIONS), null);
  assert.equal(rename(session, "b".repeat(99)).now.table.length, 40);
});

function fakeStorage(kept = {}) {
  return { kept, getItem: (key) => kept[key] ?? null, setItem: (key, text) => (kept[key] = text), removeItem: (key) => delete kept[key] };
}

test("storage that throws or is full is told once", () => {
  const troubles = [];
  const onTrouble = (key) => troubles.push(key);
  const full = { getItem: () => null, setItem: () => { throw new Error("QuotaExceededError"); } };
  const store = makeStore(() => full, "m1", { onTrouble });
  assert.equal(store.load(() => makeSession()), null);
  store.save("a");
  store.save("b");
  assert.deepEqual(troubles, ["ws_not_kept"]);
  const closed = makeStore(() => { throw new Error("SecurityError"); }, "m1", { onTrouble });
  assert.equal(closed.load(() => makeSession()), null);
  assert.equal(troubles.length, 2);
});

test("a damaged text is kept aside under another key", () => {
  const troubles = [];
  const storage = fakeStorage({ "regiongeo/m1": "{halv" });
  const store = makeStore(() => storage, "m1", { onTrouble: (key) => troubles.push(key) });
  assert.equal(store.load((text) => restore(text, OPTIONS)), null);
  store.save("ny");
  assert.deepEqual(storage.kept, { "regiongeo/m1": "ny", "regiongeo/m1/damaged": "{halv" });
  assert.deepEqual(troubles, ["ws_damaged"]);
});

test("files of other tables outlive a reload, are checked anew, and go with their table", () => {
  const storage = fakeStorage();
  const open = () => makeTables(makeFileStore(() => storage, "m1", { onTrouble: assert.fail }), OPTIONS);
  const text = (table, change = {}) => buildExport(fileOf([proposal(1), feedback("T04")], { table, ...change }));
  const files = [
    { name: "a", text: text("bord 1") }, { name: "b", text: text("bord 2") }, { name: "c", text: "{" }, { name: "d", problem: { key: "bad_read" } },
    { name: "e", text: text("bord 3") }, { name: "f", text: text("bord 4", { map: "m2" }) },
  ];
  const options = { anyMap: false, isTheirs: ({ table }) => table !== "bord 3" };
  const tablesOf = (merged) => [...new Set(standing(merged).map(({ table }) => table))];
  const tables = open();
  assert.deepEqual(tablesOf(tables.add(files, options)), ["bord 1", "bord 2"]);
  const once = canonical(storage.kept);
  assert.equal(canonical(standing(tables.add(files, options))), canonical(standing(open().load())));
  assert.equal(canonical(storage.kept), once);
  tables.add([files[5]], { ...options, anyMap: true });
  assert.deepEqual(tablesOf(open().load()).sort(), ["bord 1", "bord 2", "bord 4"]);
  assert.deepEqual(tablesOf(tables.drop("bord 1")).sort(), ["bord 2", "bord 4"]);
  assert.deepEqual(tablesOf(open().load()).sort(), ["bord 2", "bord 4"]);
  tables.drop("bord 2");
  tables.drop("bord 4");
  assert.deepEqual(storage.kept, {});
});

test("what is kept of other tables is not trusted", () => {
  const key = "regiongeo/m1/tables";
  const wrap = (files) => JSON.stringify({ version: 1, files });
  const odd = [
    "{", "null", "[]", "3", '{"version":1}', '{"version":1,"files":{}}', '{"version":2,"files":[]}', "x".repeat(1e6), wrap([null, 3, {}, { name: 1, text: "" }]),
    wrap([{ name: "a", text: "{" }]), wrap([{ name: "a", text: buildExport(fileOf([proposal(1)], { map: "m2" })), anyMap: 1 }]),
    wrap([{ name: "a", text: buildExport(fileOf([proposal(1, { stemmer: 1e9 })])) }]),
  ];
  for (const text of odd) {
    const store = makeFileStore(() => fakeStorage({ [key]: text }), "m1", { onTrouble: assert.fail });
    assert.equal(makeTables(store, OPTIONS).load().size, 0, text.slice(0, 60));
  }
});

test("files that find no room are told of once, stay on the page, and leave what was kept", () => {
  const troubles = [];
  const storage = fakeStorage();
  const store = makeFileStore(() => storage, "m1", { onTrouble: (key) => troubles.push(key) });
  store.save([{ name: "a", text: "a", anyMap: false }]);
  const before = { ...storage.kept };
  store.save([{ name: "a", text: "a".repeat(1_500_001), anyMap: false }]);
  store.save([{ name: "a", text: "b".repeat(1_500_001), anyMap: false }]);
  assert.deepEqual(storage.kept, before);
  assert.deepEqual(troubles, ["ws_tables_not_kept"]);
  const closed = makeTables(makeFileStore(() => { throw new Error("closed"); }, "m1", { onTrouble: (key) => troubles.push(key) }), OPTIONS);
  assert.equal(closed.load().size, 0);
  const [file] = [{ name: "a", text: buildExport(fileOf([proposal(1)])) }];
  assert.equal(closed.add([file], { anyMap: false, isTheirs: () => true }).size, 1);
  assert.equal(troubles.length, 2);
});

test("the same content is kept once", () => {
  assert.deepEqual(addFiles([{ name: "a", text: "1" }], [{ name: "b", text: "1" }, { name: "c", text: "2" }]),
    [{ name: "b", text: "1" }, { name: "c", text: "2" }]);
});

test("saved is what a file has: this session and these weights, after a reload too", () => {
  const storage = fakeStorage();
  let weights = null;
  const open = () => makeSaved(() => storage, "m1", { weigh: () => weights });
  const [empty, one] = [makeSession().now, put(makeSession(), proposal(1)).now];
  const isSavedAfterReload = (now) => {
    const saved = open();
    saved.start(now);
    return saved.is(now);
  };
  assert.ok(isSavedAfterReload(empty) && !isSavedAfterReload(one));
  const saved = open();
  saved.start(one);
  weights = "w1";
  saved.put(one);
  assert.ok(saved.is(one) && isSavedAfterReload(one));
  weights = "w2";
  saved.keep(one);
  assert.ok(!saved.is(one) && !isSavedAfterReload(one) && !isSavedAfterReload(empty));
  weights = "w1";
  saved.keep(one);
  assert.ok(saved.is(one) && isSavedAfterReload(one));
  saved.keep(empty);
  assert.ok(!isSavedAfterReload(one));
  for (const text of ["{", "3", "[]", '{"weights":{}}', "{}"]) {
    Object.assign(storage.kept, { "regiongeo/m1/saved": text });
    assert.ok(!isSavedAfterReload(one), text);
  }
});

test("weights of our own file are used where nothing is lost, and else when asked for, with a way back", () => {
  const scenario = { a: 50, b: 50 };
  let [now, offered, taken] = [scenario, null, 0];
  const take = makeFileWeights({
    keys: ["a", "b"], get: () => now, set: (weights) => { now = weights; }, isGiven: () => now === scenario,
    offer: (onTake) => { offered = onTake; }, onTaken: () => { taken += 1; },
  });
  const file = (weights, exported = "2027-01-14T12:41:03Z") => ({ weights, exported });
  for (const nothing of [[], [file({})], [file({ c: 9 })], [file({ a: 0, b: 0 })], [file({ b: 50, a: 50 })]]) take(nothing);
  assert.deepEqual([now, offered, taken], [scenario, null, 0]);
  take([file({ a: 70, b: 30 }, "2027-01-14T13:00:00Z"), file({ a: 1, b: 99 })]);
  assert.deepEqual([now, offered, taken], [{ a: 70, b: 30 }, null, 1]);
  take([file({ a: 20, b: 80 })]);
  assert.deepEqual(now, { a: 70, b: 30 });
  offered();
  assert.deepEqual(now, { a: 20, b: 80 });
  offered();
  assert.deepEqual(now, { a: 70, b: 30 });
  offered();
  assert.deepEqual([now, taken], [{ a: 20, b: 80 }, 4]);
});

// Files

test("a file has a name every file system takes", () => {
  assert.equal(nameFile("Bord 3: Ås / Østfold", "2027-01-14T12:41:03Z"), "regiongeo-bord-3-as-ostfold-2027-01-14-124103.geojson");
  assert.equal(nameFile("../..\\😀", "2027-01-14T12:41:03Z"), "regiongeo-2027-01-14-124103.geojson");
});

test("files are read as UTF-8 or refused, each by itself", async () => {
  const file = (name, parts) => new File(parts, name);
  const broken = { name: "d\u0000.geojson", size: 5, arrayBuffer: () => Promise.reject(new Error("NotReadableError")) };
  const huge = { name: "e.geojson", size: 5_000_001 };
  const read = await readFiles([huge, broken, file("c.geojson", [new Uint8Array([0xff, 0xfe, 0x41])]), file("b.geojson", ["æ😀"])]);
  assert.deepEqual(read.map(({ name, text, problem }) => [name, text ?? problem.key]), [
    ["b.geojson", "æ😀"], ["c.geojson", "bad_utf8"], ["d.geojson", "bad_read"], ["e.geojson", "bad_size"],
  ]);
  const many = await readFiles(Array.from({ length: 102 }, (_, at) => file(`${at}`, ["{}"])));
  assert.deepEqual(many.filter((one) => one.problem).map(({ problem }) => problem.key), ["bad_files", "bad_files"]);
});
