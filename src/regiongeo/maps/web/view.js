// What part of the map is shown, and the buttons for it.
import L from "leaflet";
import { decodePoint } from "./data.js";
import { button } from "./dom.js";

const NARROW = 900;
const ROOMY = 1200;

// On a small screen the legend would cover half the map: it waits until someone opens it.
export function foldLegend() {
  document.getElementById("layers").open = window.innerWidth >= ROOMY;
}

// The layers of the background are listed at once only where the whole legend then fits.
export function unfoldMore() {
  const legend = document.getElementById("layers");
  const more = document.getElementById("more-layers");
  more.open = legend.open;
  more.open = legend.open && legend.scrollHeight <= legend.clientHeight;
}

// A road may be two pixels wide: what is aimed at need not be hit exactly. Before anything is drawn.
export function easeAim(map) {
  map.options.renderer = L.canvas({ tolerance: 4 });
}

export function fitRegion(map, data) {
  showArea(map, data.bounds.map((corner) => decodePoint(corner, data.scale)));
}

export function showArea(map, corners, options = {}) {
  const padding = { paddingTopLeft: [10, 10], paddingBottomRight: [legendWidth() + 10, 10] };
  map.fitBounds(corners, { ...padding, animate: false, ...options });
}

export function showPlace(map, latlng, zoom) {
  const middle = map.project(latlng, zoom).add([legendWidth() / 2, 0]);
  map.setView(map.unproject(middle, zoom), zoom);
}

// The open legend covers the right side of a wide map.
function legendWidth() {
  const legend = document.getElementById("layers");
  return legend.open && window.innerWidth > NARROW ? legend.offsetWidth : 0;
}

// Paper has a size of its own: the map is laid out for it, with everything folded opened, and put back afterwards.
export function connectPrint(map, { isWanted = () => true } = {}) {
  let putBack = () => {};
  window.addEventListener("beforeprint", () => {
    putBack = isWanted() ? layOutForPaper(map) : () => {};
  });
  window.addEventListener("afterprint", () => putBack());
}

function layOutForPaper(map) {
  const [size, middle, zoom] = [map.getSize(), map.getCenter(), map.getZoom()];
  const folded = [...document.querySelectorAll("details:not([open])")];
  const arrange = (isPaper) => {
    folded.forEach((one) => one.toggleAttribute("open", isPaper));
    document.documentElement.classList.toggle("printing", isPaper);
    map.invalidateSize({ animate: false });
  };
  arrange(true);
  const growth = Math.min(map.getSize().x / size.x, map.getSize().y / size.y);
  map.setView(middle, zoom + Math.log2(growth), { animate: false });
  document.querySelectorAll("main canvas").forEach(settle);
  return () => {
    arrange(false);
    map.setView(middle, zoom, { animate: false });
  };
}

// Chromium prints a canvas drawn this very moment as blank, but not one that pixels were put on.
function settle(canvas) {
  const context = canvas.getContext("2d");
  context.putImageData(context.getImageData(0, 0, canvas.width, canvas.height), 0, 0);
}

export function addControls(map, data, words) {
  const titles = { zoomInTitle: words.say("zoom_in"), zoomOutTitle: words.say("zoom_out") };
  L.control.zoom({ position: "topleft", ...titles }).addTo(map);
  addHome(map, data, words);
  L.control.scale({ imperial: false, metric: true, maxWidth: 160, position: "bottomleft" }).addTo(map);
}

function addHome(map, data, words) {
  const Home = L.Control.extend({
    onAdd() {
      const bar = L.DomUtil.create("div", "leaflet-bar home");
      const text = words.say("zoom_home");
      bar.append(button("⌂", () => fitRegion(map, data), { title: text, "aria-label": text }));
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    },
  });
  new Home({ position: "topleft" }).addTo(map);
}
