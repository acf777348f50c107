// One layer's legend: a ramp or classes with counts, and what could not be coloured or drawn.
import { make } from "../dom.js";
import { drawRow } from "../legend.js";
import { swatchOf } from "./styles.js";

const RAMP = { width: 200, height: 14 };

export function drawLegend(kind, block, words, hatch) {
  const isPlain = !block.legend.length && !block.ramp;
  const listed = isPlain ? [{ number: 0, text: block.name, count: block.count }] : block.legend;
  const rows = listed.map((row) => drawRow({ ...row, style: swatchOf(kind, row.number, block, hatch) }, words));
  const notes = block.notes.map((note) => make("li", { class: "note" }, note));
  const caption = block.caption ? make("li", { class: "caption" }, block.caption) : "";
  return make("ul", { class: "explore-legend" }, caption, block.ramp ? drawRamp(block) : "", ...rows, ...notes);
}

function drawRamp(block) {
  const canvas = make("canvas", { width: RAMP.width, height: RAMP.height, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  const step = RAMP.width / block.palette.length;
  block.palette.forEach((colour, at) => {
    context.fillStyle = colour;
    context.fillRect(at * step, 0, step + 1, RAMP.height);
  });
  const ends = block.ramp.map((text) => make("span", {}, text));
  return make("li", { class: "ramp" }, canvas, make("span", { class: "ends" }, ...ends));
}
