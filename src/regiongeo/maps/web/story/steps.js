// The steps of a story: what the map shows while a sentence is told. Lists are never changed in place.
import { cleanLine, cleanNote, cutTo } from "../workshop/texts.js";

export const MOST = { steps: 100, title: 80, text: 400 };
const LAYER = /^(layer_[a-z_]+|ws_layer)$/;
const CRITERION = /^[a-z][a-z0-9_]*$/;
const SCHEMA = "regiongeo-story/1";

const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isBetween = (value, least, most) => Number.isFinite(value) && value >= least && value <= most;
const pick = (table, isKept) => Object.fromEntries(Object.entries(isTable(table) ? table : {}).filter(isKept));
const textOf = (value) => (typeof value === "string" ? value : "");
const round = (value, decimals) => Number(value.toFixed(decimals));

// A step from a file, from the browser's memory or from the map; what does not belong in it is left out.
export function readStep(given) {
  if (!isTable(given)) return null;
  return {
    title: cutTo(cleanLine(textOf(given.title)), MOST.title),
    text: cutTo(cleanNote(textOf(given.text)), MOST.text),
    view: readView(given.view),
    layers: pick(given.layers, ([key, on]) => LAYER.test(key) && typeof on === "boolean"),
    weights: readWeights(given.weights),
    projector: typeof given.projector === "boolean" ? given.projector : null,
    compare: typeof given.compare === "string" ? cleanLine(given.compare) : null,
    isRecorded: given.isRecorded === true,
  };
}

function readView(given) {
  if (!isTable(given)) return null;
  const { lat, lon, zoom } = given;
  const isSound = isBetween(lat, -90, 90) && isBetween(lon, -180, 180) && isBetween(zoom, 6, 15);
  return isSound ? { lat: round(lat, 5), lon: round(lon, 5), zoom: round(zoom, 2) } : null;
}

// Weights that add up to nothing cannot rank.
function readWeights(given) {
  const weights = pick(given, ([key, weight]) => CRITERION.test(key) && isBetween(weight, 0, Number.MAX_VALUE));
  return Object.values(weights).some((weight) => weight > 0) ? weights : null;
}

export function readSteps(given) {
  return (Array.isArray(given) ? given : []).slice(0, MOST.steps).map(readStep).filter(Boolean);
}

export function insertStep(steps, at, step) {
  return [...steps.slice(0, at), step, ...steps.slice(at)];
}

export function removeStep(steps, at) {
  return steps.filter((_, place) => place !== at);
}

// Past an end it stays where it is.
export function moveStep(steps, at, by) {
  const to = at + by;
  if (!steps[at] || !steps[to]) return steps;
  return insertStep(removeStep(steps, at), to, steps[at]);
}

export function editStep(steps, at, change) {
  return steps.map((step, place) => (place === at ? readStep({ ...step, ...change }) : step));
}

// `given` are the steps of the file. What was kept under other ones adds only what was recorded in the page.
export function combine(given, kept) {
  if (!kept) return given;
  if (JSON.stringify(kept.given) === JSON.stringify(given)) return kept.steps;
  return [...given, ...kept.steps.filter(({ isRecorded }) => isRecorded)].slice(0, MOST.steps);
}

export function serialise(given, steps) {
  return JSON.stringify({ schema: SCHEMA, given, steps });
}

export function restore(text) {
  try {
    const content = JSON.parse(text);
    if (content.schema !== SCHEMA || !Array.isArray(content.steps)) return null;
    return { given: readSteps(content.given), steps: readSteps(content.steps) };
  } catch {
    return null;
  }
}

// The file that `workshop build --story` reads. `untitled(number)` names a step that has no title.
export function writeToml(steps, untitled) {
  return steps.map((step, at) => writeStep(step, step.title.trim() === "" ? untitled(at + 1) : step.title)).join("\n");
}

function writeStep({ text, view, layers, weights, projector, compare }, title) {
  const lines = ["[[step]]", `title = ${tomlText(title)}`];
  if (text !== "") lines.push(`text = ${tomlText(text)}`);
  if (projector !== null) lines.push(`projector = ${projector}`);
  if (compare !== null) lines.push(`compare = ${tomlText(compare)}`);
  for (const [name, table] of [["view", view], ["layers", layers], ["weights", weights]]) {
    const entries = Object.entries(table ?? {});
    if (entries.length) lines.push(`[step.${name}]`, ...entries.map(([key, value]) => `${key} = ${value}`));
  }
  return `${lines.join("\n")}\n`;
}

// A basic string: quotes, backslashes and control characters are escaped, everything else stands as it is.
export function tomlText(text) {
  const escape = (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const quoted = text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n");
  return `"${quoted.replace(/[\u0000-\u001f\u007f-\u009f]/g, escape)}"`;
}
