// Tables on a map for notebooks. Read this first: `prepare` runs before folium's own script, `start` after it.
import L from "leaflet";
import iconUrl from "leaflet/dist/images/marker-icon.png";
import shadowUrl from "leaflet/dist/images/marker-shadow.png";
import { decodePoint } from "../data.js";
import { drawLayerList } from "../legend.js";
import { makeWords } from "../words.js";
import { drawBackground } from "./background.js";
import { drawLayer } from "./layers.js";
import { readBlocks } from "./read.js";

const ROOMY = 560;

// What folium's own markers and popups ask for beside Leaflet: two pictures and one word of jQuery.
export function prepare() {
  L.Icon.Default.imagePath = "";
  L.Icon.Default.mergeOptions({ iconUrl, iconRetinaUrl: iconUrl, shadowUrl });
  window.$ ??= (markup) => new DOMParser().parseFromString(markup, "text/html").body.children;
}

export async function start(map) {
  try {
    const [page, ...blocks] = await readBlocks(document);
    build(map, page, blocks);
    document.documentElement.dataset.ready = "";
  } catch (error) {
    document.getElementById("broken").hidden = false;
    throw error;
  }
}

function build(map, page, blocks) {
  const words = withFigures(makeWords(page.texts, page.lang), page.lang);
  const guests = [];
  map.eachLayer((layer) => layer instanceof L.Path && guests.push(layer));
  if (page.is_ours) addControls(map, words);
  document.getElementById("credit").textContent = page.credits.join(" · ");
  fit(map, blocks);
  if (page.background) drawBackground(map, page.background, words);
  const layers = blocks.map((block, number) => drawLayer(map, block, number, words));
  // What folium itself drew lies above the tables.
  const raise = () => guests.forEach((layer) => map.hasLayer(layer) && layer.bringToFront());
  drawLayerList(map, words, { main: layers, more: [] }, { onChange: raise });
  for (const { key, rows } of layers) document.getElementById(key).closest(".layer").append(rows);
  raise();
}

function addControls(map, words) {
  L.control.zoom({ zoomInTitle: words.say("zoom_in"), zoomOutTitle: words.say("zoom_out") }).addTo(map);
  L.control.scale({ imperial: false, metric: true, maxWidth: 160 }).addTo(map);
}

// A view someone chose is left alone; a lone point is shown with its surroundings, and nothing lies under the legend.
function fit(map, blocks) {
  const legend = document.getElementById("layers");
  legend.open = window.innerWidth >= ROOMY;
  const corners = blocks.filter((block) => block.fit && block.bounds).flatMap(({ bounds, scale }) => bounds.map((corner) => decodePoint(corner, scale)));
  const aside = legend.open ? legend.offsetWidth : 0;
  if (corners.length) map.fitBounds(corners, { animate: false, maxZoom: 13, paddingTopLeft: [20, 20], paddingBottomRight: [20 + aside, 20] });
}

function withFigures(words, lang) {
  const format = new Intl.NumberFormat(lang === "nb" ? "nb-NO" : "en-GB", { maximumFractionDigits: 12, useGrouping: "min2" });
  return { ...words, figure: (value) => format.format(value) };
}
