// How a feature looks, by the class of its row; a class below zero is one of the two greys.

export const MISSING = -1;
export const OTHER = -2;
const GREY = "#8c8a84";
const DARK = "#55525f";

// `hatch` is what areas without a value are filled with.
export function styleOf(kind, number, block, hatch) {
  const colour = number < 0 ? GREY : block.palette[number];
  const style = kind === "lines" ? lineStyle(colour) : fillStyle(kind, colour);
  return { ...style, ...block.style, ...(number === MISSING ? missingStyle(kind, hatch) : {}) };
}

function lineStyle(colour) {
  return { color: colour, weight: 3, opacity: 0.9, fill: false };
}

function fillStyle(kind, colour) {
  const isPoint = kind === "points";
  return {
    color: isPoint ? "#ffffff" : colour, weight: 1, opacity: 1, fill: true, fillColor: colour,
    fillOpacity: isPoint ? 0.95 : 0.7, ...(isPoint ? { radius: 5 } : {}),
  };
}

// Without a value is not the same as a low value: hatched, dashed or hollow.
function missingStyle(kind, hatch) {
  if (kind === "lines") return { dashArray: "4 4" };
  if (kind === "points") return { color: DARK, fillColor: "#ffffff", dashArray: "2 2" };
  return { color: GREY, fillColor: hatch, fillOpacity: 0.8 };
}

// The legend shows what the layer has most of; canvas takes dashes as a list.
export function swatchOf(kind, number, block, hatch) {
  const style = styleOf(kind, number, block, hatch);
  const dashes = style.dashArray ? String(style.dashArray).split(/[ ,]+/).map(Number) : undefined;
  const shape = { areas: {}, lines: { isLine: true, fillColor: undefined }, points: { shape: "circle" } }[kind];
  return { ...style, ...shape, dashArray: dashes };
}
