// Place names, road shields and pins share one collision index: what comes first stands, what would overlap is left out.
import L from "leaflet";
import { makeIndex } from "./collision.js";
import { INK, SUBREGION } from "./colours.js";
import { decodePoint } from "./data.js";

const FONT = '"Segoe UI", "Noto Sans", "DejaVu Sans", Arial, sans-serif';
const PLACES = {
  1: { size: 17, weight: 600, from: 0 },
  2: { size: 15, weight: 400, from: 8 },
  3: { size: 14, weight: 400, from: 9.5 },
  4: { size: 13, weight: 400, from: 11 },
};
const SWEDEN = [59.55, 12.25];
const SHIELD_GAP = 190;
const PIN_REACH = 16;

// `settle(index)` lets names of proposals take their room after pins and before places.
export function drawLabels(map, data, words, { pins, tags, subregions, settle = () => {} }) {
  const pane = map.createPane("labels");
  pane.style.zIndex = 590;
  pane.style.pointerEvents = "none";
  const canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", pane);
  let isShown = true;
  let drawnFor = null;
  let factor = 1;

  // Where that stands which names leave room for.
  const standing = () => [...pins(), ...tags()].map((one) => `${one.getLatLng()}${one.place}`).join();

  function draw() {
    const size = map.getSize();
    const ratio = window.devicePixelRatio || 1;
    drawnFor = standing();
    canvas.width = size.x * ratio;
    canvas.height = size.y * ratio;
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const view = { context, index: makeIndex(), size, factor };
    drawStems(context);
    // Before pins and shields take their room: without the largest town people do not find their way.
    if (isShown) data.places.slice(0, 1).forEach((place) => drawTown(view, place));
    blockPins(view.index);
    settle(view.index);
    if (isShown) drawNames(view);
  }

  function drawStems(context) {
    for (const pin of [...pins(), ...tags()]) {
      const [head, root] = [pin.getLatLng(), pin.place].map((at) => map.latLngToContainerPoint(at));
      if (head.distanceTo(root) > 2) drawStem(context, root, head);
    }
  }

  function blockPins(index) {
    for (const pin of pins()) {
      const { x, y } = map.latLngToContainerPoint(pin.getLatLng());
      const reach = PIN_REACH * factor;
      index.block([x - reach, y - reach, x + reach, y + reach]);
    }
    for (const tag of tags()) {
      const { x, y } = map.latLngToContainerPoint(tag.getLatLng());
      const [width, height] = tag.options.icon.options.iconSize.map((one) => one * factor);
      index.block([x - width / 2, y - height / 2, x + width / 2, y + height / 2]);
    }
  }

  const point = (at) => map.latLngToContainerPoint(decodePoint(at, data.scale));
  const drawTown = (view, { name, at, rank }) => drawName(view, name, point(at), PLACES[rank] ?? PLACES[4]);

  function drawNames(view) {
    const zoom = map.getZoom();
    const others = data.places.slice(1);
    const names = (rank) => others.filter((place) => place.rank === rank && zoom >= (PLACES[rank] ?? PLACES[4]).from);
    const town = (place) => drawTown(view, place);
    names(1).forEach(town);
    data.shields.forEach(({ road, at }) => drawShields(view, road, at.map(point)));
    names(2).forEach(town);
    if (map.hasLayer(subregions) && zoom < 10.5) {
      for (const { name, at } of data.subregions) drawName(view, name, point(at), SUBREGION_STYLE);
    }
    names(3).forEach(town);
    names(4).forEach(town);
    drawName(view, words.say("sweden"), map.latLngToContainerPoint(SWEDEN), LAND_STYLE);
  }

  const clear = () => canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  map.on("moveend shapeschange", draw);
  map.on("zoomstart", clear);
  map.on("resize", draw);
  return {
    draw,
    // After pins and tags may have moved on a map that stands still.
    follow: () => standing() !== drawnFor && draw(),
    // The size of everything written, beside what it is on a desk; the next drawing has it.
    grow(by) {
      factor = by;
    },
    layer: {
      key: "layer_labels", on: true, level: 0, group: null, legend: [],
      onToggle(on) {
        isShown = on;
        draw();
      },
    },
  };
}

const SUBREGION_STYLE = { size: 15, weight: 700, colour: SUBREGION, spacing: "1px", centred: true };
const LAND_STYLE = { size: 18, weight: 600, colour: "#77746c", spacing: "5px", centred: true };

function isInside({ x, y }, size) {
  return x > 0 && y > 0 && x < size.x && y < size.y;
}

function drawName({ context, index, size, factor }, text, point, style) {
  if (!isInside(point, size)) return;
  const height = style.size * factor;
  context.font = `${style.weight} ${height}px ${FONT}`;
  context.letterSpacing = style.spacing ?? "0px";
  const width = context.measureText(text).width;
  const half = height * 0.62;
  const middle = point.x - width / 2;
  const beside = [[point.x + 6, point.y], [point.x - width - 6, point.y], [middle, point.y - 15 * factor], [middle, point.y + 15 * factor]];
  const spots = style.centred ? [[middle, point.y]] : beside;
  const spot = spots.find(([left, y]) => index.add([left - 3, y - half, left + width + 3, y + half]));
  if (spot) {
    if (!style.centred) drawTownDot(context, point);
    writeHaloed(context, text, ...spot, style.colour ?? INK);
  }
  context.letterSpacing = "0px";
}

function writeHaloed(context, text, left, middle, colour) {
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = "rgba(255, 255, 255, 0.9)";
  context.strokeText(text, left, middle);
  context.fillStyle = colour;
  context.fillText(text, left, middle);
}

function drawTownDot(context, { x, y }) {
  context.beginPath();
  context.arc(x, y, 2.2, 0, 2 * Math.PI);
  context.fillStyle = INK;
  context.fill();
}

function drawShields({ context, index, size, factor }, road, points) {
  const isEuropean = road.startsWith("E");
  const placed = [];
  context.font = `700 ${13 * factor}px ${FONT}`;
  const text = road.replace(/^(Rv|Fv)/, "");
  const [half, high] = [context.measureText(text).width / 2 + 5, 10 * factor];
  for (const { x, y } of points) {
    const isNear = placed.some((other) => Math.hypot(other.x - x, other.y - y) < SHIELD_GAP);
    if (isNear || !isInside({ x, y }, size) || !index.add([x - half - 2, y - high - 2, x + half + 2, y + high + 2])) continue;
    placed.push({ x, y });
    context.beginPath();
    context.roundRect(x - half, y - high, 2 * half, 2 * high, 4);
    context.fillStyle = isEuropean ? "#00682f" : "#ffffff";
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = isEuropean ? "#ffffff" : "#00682f";
    context.stroke();
    context.fillStyle = isEuropean ? "#ffffff" : "#00512a";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(text, x, y + 0.5);
  }
}

function drawStem(context, root, pin) {
  context.beginPath();
  context.moveTo(root.x, root.y);
  context.lineTo(pin.x, pin.y);
  context.lineWidth = 2.5;
  context.strokeStyle = INK;
  context.stroke();
  context.beginPath();
  context.arc(root.x, root.y, 4, 0, 2 * Math.PI);
  context.fillStyle = INK;
  context.fill();
}
