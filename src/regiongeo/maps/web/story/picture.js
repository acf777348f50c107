// A picture of the map as it stands: our own canvases, outlines and pins, with title, legend, date and attribution.
// Tiles of others may not be read back from a page, so they are left out, and the picture says so.
import { make } from "../dom.js";

const FONT = '"Segoe UI", "Noto Sans", "DejaVu Sans", Arial, sans-serif';
const INK = "#1d1a2b";
const SOFT = "#55525f";
const RATIO = 2;
const EDGE = 16;
const HEAD = 74;
const LEGEND = 330;
const LINE = 22;

// `beside`: the map of another scenario from `at` pixels on, with the names of both; see compare/index.js.
export async function drawPicture(map, data, words, { day, beside = null }) {
  const { x: width, y: height } = map.getSize();
  const canvas = make("canvas");
  const context = canvas.getContext("2d");
  const columns = toColumns(context, readLegend(document.querySelectorAll("#layers .layer")), height);
  const wide = width + columns.length * LEGEND;
  const foot = footOf(map, data, words, (text) => wrap(context, text, wide - 2 * EDGE, 13));
  const deep = Math.max(height, ...columns.map((rows) => measure(context, rows)));
  canvas.width = wide * RATIO;
  canvas.height = (HEAD + deep + foot.length * 18 + EDGE) * RATIO;
  context.scale(RATIO, RATIO);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, wide, canvas.height);
  write(context, words.say("title"), EDGE, 26, { size: 24, weight: 700 });
  write(context, factsOf(data, words, day), EDGE, 54, { size: 15, most: wide - 2 * EDGE });
  drawMap(context, map, { left: 0, width, height });
  if (beside) drawBeside(context, beside, { width, height });
  columns.forEach((rows, at) => drawLegend(context, rows, width + EDGE + at * LEGEND, HEAD));
  foot.forEach((line, at) => write(context, line, EDGE, HEAD + deep + 16 + 18 * at, { size: 13 }));
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

export function hasTiles(map) {
  return map.getPane("tilePane").querySelector("img") !== null;
}

function factsOf(data, words, day) {
  const facts = words.say("facts", { scenario: data.scenario, date: words.date(data.date) });
  return `${facts} · ${words.say("st_drawn", { date: words.date(day) })}`;
}

function footOf(map, data, words, toLines) {
  return [...(hasTiles(map) ? [words.say("st_no_tiles")] : []), data.credits.join(" · ")].flatMap(toLines);
}

// The map

function drawBeside(context, { map, at, names }, { width, height }) {
  drawMap(context, map, { left: at, width: width - at, height });
  context.fillStyle = INK;
  context.fillRect(at - 1.5, HEAD, 3, height);
  names.forEach((name, side) => {
    const align = side ? "left" : "right";
    context.font = `700 18px ${FONT}`;
    const wide = context.measureText(name).width + 20;
    context.fillStyle = INK;
    context.fillRect(side ? at : at - wide, HEAD + height - 60, wide, 30);
    write(context, name, at + (side ? 10 : -10), HEAD + height - 45, { size: 18, weight: 700, colour: "#fff", align });
  });
}

function drawMap(context, map, { left, width, height }) {
  const container = map.getContainer();
  const origin = container.getBoundingClientRect();
  context.save();
  context.translate(0, HEAD);
  context.beginPath();
  context.rect(left, 0, width, height);
  context.clip();
  context.fillStyle = getComputedStyle(container).backgroundColor;
  context.fillRect(left, 0, width, height);
  const order = (pane) => Number(getComputedStyle(pane).zIndex) || 0;
  const panes = [...map.getPane("mapPane").children].sort((one, other) => order(one) - order(other));
  for (const pane of panes.filter((one) => one !== map.getPane("tooltipPane"))) drawPane(context, pane, map, origin);
  const scale = container.querySelector(".leaflet-control-scale-line");
  if (scale) drawScale(context, scale.textContent, within(scale.getBoundingClientRect(), origin));
  context.restore();
}

function drawScale(context, text, { left, top, width, height }) {
  context.fillStyle = "rgba(255, 255, 255, 0.85)";
  context.fillRect(left, top, width, height);
  context.beginPath();
  [[left, top], [left, top + height], [left + width, top + height], [left + width, top]].forEach(([x, y]) => context.lineTo(x, y));
  context.lineWidth = 2;
  context.strokeStyle = INK;
  context.stroke();
  write(context, text, left + width / 2, top + height / 2, { size: 14, align: "center" });
}

function drawPane(context, pane, map, origin) {
  for (const part of pane.querySelectorAll("canvas, path")) {
    if (part.closest(".leaflet-marker-icon")) continue;
    if (part.matches("canvas")) drawCanvas(context, part, origin);
    else drawPath(context, part, map);
  }
  const icons = [...pane.querySelectorAll(".leaflet-marker-icon")].sort((one, other) => one.style.zIndex - other.style.zIndex);
  icons.forEach((icon) => drawBox(context, icon, origin));
}

function drawCanvas(context, canvas, origin) {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  if (canvas.width && width) context.drawImage(canvas, left - origin.left, top - origin.top, width, height);
}

// Leaflet's outlines are in pixels of the layer.
function drawPath(context, path, map) {
  const { x, y } = map.layerPointToContainerPoint([0, 0]);
  const style = getComputedStyle(path);
  const shape = new Path2D(path.getAttribute("d") ?? "");
  const dashes = style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(/[ ,]+/).map(parseFloat);
  context.save();
  context.translate(x, y);
  paint(context, shape, style.fill, Number(style.fillOpacity));
  context.globalAlpha = Number(style.strokeOpacity);
  context.setLineDash(dashes);
  context.lineWidth = parseFloat(style.strokeWidth);
  context.strokeStyle = style.stroke;
  if (style.stroke !== "none") context.stroke(shape);
  context.restore();
}

function paint(context, shape, colour, opacity = 1) {
  if (colour === "none") return;
  context.globalAlpha = opacity;
  context.fillStyle = colour;
  context.fill(shape, "evenodd");
  context.globalAlpha = 1;
}

// Pins and tags are boxes with a border and a word, each inside the other.
function drawBox(context, element, origin) {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  if (style.display === "none" || style.visibility === "hidden" || element.matches(".hidden")) return;
  if (element.matches("canvas")) drawCanvas(context, element, origin);
  else if (box.width) drawFace(context, element, style, within(box, origin));
  for (const child of element.children) drawBox(context, child, origin);
}

function within({ left, top, width, height }, origin) {
  return { left: left - origin.left, top: top - origin.top, width, height };
}

function drawFace(context, element, style, { left, top, width, height }) {
  const scale = element.offsetWidth && !isTurned(style) ? width / element.offsetWidth : 1;
  const border = parseFloat(style.borderTopWidth) * scale || 0;
  const shape = new Path2D();
  if (isTurned(style)) {
    [[width / 2, 0], [width, height / 2], [width / 2, height], [0, height / 2]].forEach(([x, y]) => shape.lineTo(left + x, top + y));
    shape.closePath();
  } else {
    const radius = Math.min(parseFloat(style.borderTopLeftRadius) * scale || 0, width / 2, height / 2);
    shape.roundRect(left + border / 2, top + border / 2, width - border, height - border, Math.max(0, radius - border / 2));
  }
  paint(context, shape, style.backgroundColor);
  if (border) {
    context.save();
    context.setLineDash(style.borderTopStyle === "dashed" ? [2 * border, 2 * border] : []);
    context.lineWidth = border;
    context.strokeStyle = style.borderTopColor;
    context.stroke(shape);
    context.restore();
  }
  const word = ownText(element);
  const look = { size: parseFloat(style.fontSize) * scale, weight: style.fontWeight, colour: style.color, align: "center", most: width };
  if (word) write(context, word, left + width / 2, top + height / 2 + 0.5, look);
}

// Turned by an eighth, its box on the screen is that of a diamond.
function isTurned({ transform }) {
  return /^matrix\(/.test(transform) && Math.abs(parseFloat(transform.split(",")[1])) > 0.1;
}

function ownText(element) {
  return [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ data }) => data).join("").trim();
}

// The legend, from the list of layers: what is switched on, and what it looks like.

function readLegend(layers) {
  return [...layers].filter((layer) => layer.querySelector("input")?.checked).map((layer) => {
    const label = layer.querySelector("label");
    const head = { text: label.querySelector("span").textContent, picture: label.querySelector("canvas"), note: noteOf(label), isHead: true };
    return [head, ...[...layer.querySelectorAll("li")].filter((row) => !row.closest("[hidden]")).map(readRow)];
  });
}

const noteOf = (row) => row.querySelector(".count")?.textContent ?? "";

function readRow(row) {
  const words = [...row.childNodes].filter((one) => one.nodeType === Node.TEXT_NODE || !one.matches(".picture, .count"));
  const picture = row.querySelector(".picture")?.firstElementChild ?? null;
  return { text: words.map((one) => one.textContent).join(" ").trim(), picture, note: noteOf(row) };
}

function layOut(context, { text, note, isHead }) {
  const indent = isHead ? 0 : 44;
  const room = LEGEND - 2 * EDGE - indent - (note ? 56 : 0) - (isHead ? 40 : 0);
  return { indent, lines: wrap(context, text, room, 14, isHead ? 600 : 400) };
}

// Beside a low map the legend goes on in another column; a layer stays together.
function toColumns(context, layers, height) {
  const columns = [[]];
  for (const rows of layers) {
    const isFull = columns.at(-1).length && measure(context, [...columns.at(-1), ...rows]) > height;
    if (isFull) columns.push(rows);
    else columns[columns.length - 1] = [...columns.at(-1), ...rows];
  }
  return columns;
}

function measure(context, rows) {
  return rows.reduce((sum, row) => sum + layOut(context, row).lines.length * LINE + (row.isHead ? 6 : 0), 0);
}

function drawLegend(context, rows, left, top) {
  let y = top;
  const right = left + LEGEND - 2 * EDGE;
  for (const row of rows) {
    const { indent, lines } = layOut(context, row);
    y += row.isHead ? 6 : 0;
    if (row.picture) drawSample(context, row.picture, row.isHead ? right - 36 : left, y + LINE / 2);
    lines.forEach((line, at) => write(context, line, left + indent, y + LINE / 2 + at * LINE, { size: 14, weight: row.isHead ? 600 : 400 }));
    const hasRoom = !(row.isHead && row.picture);
    if (row.note && hasRoom) write(context, row.note, right, y + LINE / 2, { size: 13, align: "right", colour: SOFT });
    y += lines.length * LINE;
  }
}

// A folded legend has no size on the screen: its samples are drawn from what they are.
function drawSample(context, picture, left, middle) {
  if (picture.matches("canvas")) {
    const [width, height] = [parseFloat(picture.style.width), parseFloat(picture.style.height)];
    context.drawImage(picture, left, middle - height / 2, width, height);
    return;
  }
  const style = getComputedStyle(picture);
  const shape = new Path2D();
  shape.roundRect(left + 6, middle - 11, 22, 22, picture.matches(".pin") ? 11 : 4);
  paint(context, shape, style.backgroundColor);
  context.lineWidth = 1.5;
  context.strokeStyle = style.borderTopColor;
  context.stroke(shape);
  const word = ownText(picture) || ownText(picture.querySelector(":not(.hidden)") ?? picture);
  write(context, word, left + 17, middle + 0.5, { size: 13, weight: 700, colour: style.color, align: "center", most: 20 });
}

// Words

function write(context, text, x, y, { size, weight = 400, colour = INK, align = "left", most }) {
  context.font = `${weight} ${size}px ${FONT}`;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.fillStyle = colour;
  context.fillText(text, x, y, most);
}

function wrap(context, text, width, size, weight = 400) {
  context.font = `${weight} ${size}px ${FONT}`;
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const longer = [lines.at(-1), word].filter(Boolean).join(" ");
    if (lines.at(-1) && context.measureText(longer).width > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
