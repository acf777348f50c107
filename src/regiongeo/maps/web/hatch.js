// What areas without a value are filled with: no value is not the same as a low one.
import { make } from "./dom.js";

export function drawHatch() {
  const tile = make("canvas", { width: 8, height: 8 });
  const context = tile.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, 8, 8);
  context.strokeStyle = "#8c8a84";
  context.lineWidth = 1.5;
  for (const shift of [-8, 0, 8]) {
    context.moveTo(shift, 8);
    context.lineTo(shift + 8, 0);
  }
  context.stroke();
  return context.createPattern(tile, "repeat");
}
