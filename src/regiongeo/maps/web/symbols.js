// Map symbols, drawn the same way on the map and in the legend.
import L from "leaflet";

const CORNERS = {
  diamond: [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]],
  square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
  triangle: [[0, -1.2], [1.1, 0.9], [-1.1, 0.9]],
  star: Array.from({ length: 10 }, (_, corner) => {
    const reach = corner % 2 ? 0.52 : 1.25;
    const angle = (Math.PI * corner) / 5 - Math.PI / 2;
    return [reach * Math.cos(angle), reach * Math.sin(angle)];
  }),
};

export function trace(context, shape, x, y, radius) {
  context.beginPath();
  if (shape === "cross") {
    context.moveTo(x - radius, y - radius);
    context.lineTo(x + radius, y + radius);
    context.moveTo(x + radius, y - radius);
    context.lineTo(x - radius, y + radius);
  } else if (shape in CORNERS) {
    CORNERS[shape].forEach(([right, down], at) => {
      context[at ? "lineTo" : "moveTo"](x + right * radius, y + down * radius);
    });
    context.closePath();
  } else {
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
}

// A circle marker that draws another shape; hit test and style stay Leaflet's.
export const Symbol = L.CircleMarker.extend({
  options: { shape: "circle" },
  _updatePath() {
    if (!this._renderer._drawing || this._empty()) return;
    const { x, y } = this._point;
    trace(this._renderer._ctx, this.options.shape, x, y, this._radius);
    this._renderer._fillStroke(this._renderer._ctx, this);
  },
});

export function symbol(latlng, options) {
  return new Symbol(latlng, options);
}

// The group holds these and no others, later ones on top. What stays is not made anew: a pin keeps its focus.
export function refill(group, wanted) {
  const kept = new Set(wanted);
  group.getLayers().filter((one) => !kept.has(one)).forEach((one) => group.removeLayer(one));
  for (const one of wanted) {
    if (group.hasLayer(one)) one.bringToFront?.();
    else group.addLayer(one);
  }
}

// A small picture of a symbol, line or area for the legend.
export function swatch(style, { width = 34, height = 22 } = {}) {
  const canvas = document.createElement("canvas");
  const ratio = 2;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  drawSwatch(context, style, width, height);
  return canvas;
}

function drawSwatch(context, style, width, height) {
  const middle = [width / 2, height / 2];
  context.setLineDash(style.dashArray ?? []);
  if (style.shape) {
    trace(context, style.shape, ...middle, style.radius);
  } else if (style.isLine) {
    context.beginPath();
    context.moveTo(2, middle[1]);
    context.lineTo(width - 2, middle[1]);
  } else {
    context.beginPath();
    context.rect(3, 3, width - 6, height - 6);
  }
  if (style.fillColor) {
    context.fillStyle = style.fillColor;
    context.fill();
  }
  if (style.weight) {
    context.lineWidth = style.weight;
    context.strokeStyle = style.color;
    context.stroke();
  }
}

// A padlock; its bow opens by the style of the button it stands on.
export function drawLock() {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 20 22");
  picture.setAttribute("aria-hidden", "true");
  for (const [kind, path] of [["bow", "M5 10V6a5 5 0 0 1 10 0v4"], ["body", "M3 10h14v10H3z"]]) {
    const line = document.createElementNS(space, "path");
    line.setAttribute("d", path);
    line.setAttribute("class", kind);
    picture.append(line);
  }
  return picture;
}
