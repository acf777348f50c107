// Pure modules of explore(); run by test_maps_explore.py with node --test.
import assert from "node:assert/strict";
import { test } from "node:test";

import { readRow, splitShapes } from "../../src/regiongeo/maps/web/explore/shapes.js";
import { MISSING, OTHER, styleOf, swatchOf } from "../../src/regiongeo/maps/web/explore/styles.js";

const BLOCK = {
  scale: 100000,
  areas: [[1, [1000000, 6000000, 100000, 0, 0, 100000], [1010000, 6010000]]],
  lines: [[0, [1000000, 6000000, 100000, 0]]],
  points: [[0, [1100000, 5900000]], [2, [1000000, 6000000, 100000, 100000], [1300000, 6100000]]],
  palette: ["#111111", "#222222"],
  style: {},
  columns: [{ name: "a", cells: [1, null, "x"] }, { name: "b", cells: [4, 5, 6] }],
};

test("shapes come areas first, with all rings, and every point of a row stands alone", () => {
  const shapes = splitShapes(BLOCK);
  assert.deepEqual(shapes.map(({ kind, row }) => `${kind} ${row}`), ["areas 1", "lines 0", "points 0", "points 2", "points 2", "points 2"]);
  assert.deepEqual(shapes[0].at, [[[60, 10], [60, 11], [61, 11]], [[60.1, 10.1]]]);
  assert.deepEqual(shapes[1].at, [[[60, 10], [60, 11]]]);
  assert.deepEqual(shapes.slice(3).map(({ at }) => at), [[60, 10], [61, 11], [61, 13]]);
});

test("a row is read by the columns asked for, missing cells included", () => {
  assert.deepEqual(readRow(BLOCK, 1, [1, 0]), [["b", 5], ["a", null]]);
  assert.deepEqual(readRow(BLOCK, 0, []), []);
});

test("a class has its colour, and what is missing does not look like a low value", () => {
  assert.equal(styleOf("areas", 1, BLOCK).fillColor, "#222222");
  assert.equal(styleOf("lines", 0, BLOCK).color, "#111111");
  assert.equal(styleOf("areas", MISSING, BLOCK, "hatch").fillColor, "hatch");
  assert.ok(styleOf("lines", MISSING, BLOCK).dashArray);
  assert.equal(styleOf("points", MISSING, BLOCK).fillColor, "#ffffff");
  assert.ok(!BLOCK.palette.includes(styleOf("areas", OTHER, BLOCK).fillColor));
});

test("the caller's style stands above ours, but never hides what is missing", () => {
  const block = { ...BLOCK, style: { weight: 7, fillColor: "#abcdef" } };
  assert.equal(styleOf("areas", 0, block).weight, 7);
  assert.equal(styleOf("areas", 0, block).fillColor, "#abcdef");
  assert.equal(styleOf("areas", MISSING, block, "hatch").fillColor, "hatch");
});

test("a swatch takes dashes as the canvas does", () => {
  assert.deepEqual(swatchOf("lines", 0, { ...BLOCK, style: { dashArray: "4 2" } }).dashArray, [4, 2]);
  assert.equal(swatchOf("lines", 0, BLOCK).dashArray, undefined);
  assert.equal(swatchOf("lines", 0, BLOCK).fillColor, undefined);
  assert.equal(swatchOf("points", 0, BLOCK).shape, "circle");
});
