// What part of the map is shown, and the buttons for it.
import L from "leaflet";
import { decodePoint } from "./data.js";
import { button } from "./dom.js";

const NARROW = 900;

// On a narrow screen the legend would cover the map: it waits until someone opens it.
export function foldLegend() {
  document.getElementById("layers").open = window.innerWidth > NARROW;
}

export function fitRegion(map, data) {
  showArea(map, data.bounds.map((corner) => decodePoint(corner, data.scale)));
}

export function showArea(map, corners, options = {}) {
  const padding = { paddingTopLeft: [10, 10], paddingBottomRight: [legendWidth() + 10, 34] };
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
