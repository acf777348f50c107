// Features of one block: rows of a table whose shapes were split by kind, each with the rows it belongs to.
import { decodeLine } from "../data.js";

export const KINDS = ["areas", "lines", "points"];

// [{kind, row, at}]: rings for areas, lines for lines, one place for each point.
export function splitShapes(block) {
  const bundles = (kind) => block[kind].map(([row, ...lines]) => ({ kind, row, at: lines.map((line) => decodeLine(line, block.scale)) }));
  const points = bundles("points").flatMap(({ kind, row, at }) => at.flat().map((place) => ({ kind, row, at: place })));
  return [...bundles("areas"), ...bundles("lines"), ...points];
}

// The cells of one row that are to be read: [[name, value]], missing as null.
export function readRow(block, row, columns) {
  return columns.map((column) => [block.columns[column].name, block.columns[column].cells[row]]);
}
