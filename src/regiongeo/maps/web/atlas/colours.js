// Colours of classes. Amounts as scores elsewhere: viridis turned round; changes part at 0, orange down and blue up.
import { SCORE } from "../colours.js";

export const DOWN = ["#7f3b08", "#c8772a", "#f2c493"];
export const UP = ["#b9d7ea", "#5796c4", "#163f75"];
// Cividis turned round, apart from the classes of areas.
export const REACH = ["#fee838", "#c3b369", "#8a8678", "#575d6d", "#00224e"];

const RAMPS = {
  1: [2], 2: [0, 4], 3: [0, 2, 4], 4: [0, 1, 3, 4], 5: [0, 1, 2, 3, 4],
};

// `count` classes, lowest first.
export function paletteOf({ count, hasSign, ramp = SCORE }) {
  if (!hasSign) return RAMPS[count].map((at) => ramp[at]);
  const side = count / 2;
  const pick = { 1: [1], 2: [0, 2], 3: [0, 1, 2] }[side];
  return [...pick.map((at) => DOWN[at]), ...pick.map((at) => UP[at])];
}
