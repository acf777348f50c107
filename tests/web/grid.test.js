// Pure functions of the criteria grid; run by test_workshop_grid.py with node --test.
import assert from "node:assert/strict";
import { test } from "node:test";

import { cellsInside, decodeLayer, makeGrid, pointInside, project } from "../../src/regiongeo/maps/web/grid.js";

// One degree is one cell: column = lon - 10, row = lat - 60.
const TO_GRID = {
  lon: [12, 10], lat: [62, 10],
  easting: [[2, 0, 0, 0, 0], [10, 0, 0, 0], [0, 0, 0], [0, 0], [0]],
  northing: [[2, 10, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0], [0, 0], [0]],
};
// Two rows of three cells: a = 0, 31, 62 and the same again; b is known in the middle alone.
const DATA = {
  cell_m: 1, origin: [0, 0], rows: 2, columns: 3, criteria: ["a", "b"], to_grid: TO_GRID,
  values: { a: "Bg/AAA", b: "A+AACA" }, struck: "BBBAAC", reasons: ["", "national_park", "far_from_road"],
};

test("a layer is the running sum of its changes northwards, modulo 64", () => {
  assert.deepEqual([...decodeLayer("Bg/AAA", DATA)], [0, 31, 62, 0, 31, 62]);
  assert.deepEqual([...decodeLayer("AAABBB", DATA)], [63, 63, 63, 0, 0, 0]);
});

test("the polynomial is taken inside its box alone", () => {
  assert.deepEqual(project(63, 11, TO_GRID), [1, 3]);
  assert.equal(project(63, 22.1, TO_GRID), null);
  assert.equal(project(Number.NaN, 11, TO_GRID), null);
});

test("cells count by their centres, whichever way round the ring is drawn", () => {
  const ring = [[0.4, 0.1], [2.4, 0.1], [2.4, 0.9], [0.4, 0.9]];
  assert.deepEqual(cellsInside(ring, DATA), [0, 1]);
  assert.deepEqual(cellsInside([...ring].reverse(), DATA), [0, 1]);
  assert.deepEqual(cellsInside([[-9, -9], [9, -9], [9, 9], [-9, 9]], DATA), [0, 1, 2, 3, 4, 5]);
});

test("the point of an area lies in it", () => {
  assert.deepEqual(pointInside([[0, 0], [2, 0], [2, 2], [0, 2]]), [1, 1]);
  const bay = [[0, 0], [10, 0], [10, 1], [1, 1], [1, 10], [0, 10]];
  assert.deepEqual(pointInside(bay), [0.5, 5]);
  assert.deepEqual(pointInside([[3, 4]]), [3, 4]);
});

test("a point has the score of its cell, with what is missing", () => {
  const { provisionalScore } = makeGrid(DATA);
  assert.deepEqual(provisionalScore([[60.5, 11.5]], { a: 30, b: 10 }), {
    score: (30 * 0.5 + 10 * (61 / 62)) / 40, missing: [], values: { a: 0.5, b: 61 / 62 }, struck: null,
  });
  assert.deepEqual(provisionalScore([{ lat: 61.5, lng: 12.5 }], { a: 30, b: 10, other: 9 }), {
    score: 1, missing: ["b"], values: { a: 1, b: null }, struck: "far_from_road",
  });
});

test("without a weight there are values and no score; outside there is nothing", () => {
  const { provisionalScore } = makeGrid(DATA);
  assert.equal(provisionalScore([[60.5, 11.5]], {}).score, null);
  assert.equal(provisionalScore([[60.5, 11.5]], { a: 0, constructor: 3 }).score, null);
  for (const latlngs of [[], [[60.5, 13.5]], [[59.5, 11.5]], [[Number.NaN, 11]], [[60.5, 11.5], [99, 11]]]) {
    assert.equal(provisionalScore(latlngs, { a: 1 }), null);
  }
});
