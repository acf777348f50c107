// The atlas: a map of all areas and years with its table, and a card for every area. Read this first.
import { readData } from "../data.js";
import { fillText } from "../dom.js";
import { drawLayerList } from "../legend.js";
import { makePanel } from "../panel.js";
import { connectBox, makeIndex } from "../search.js";
import { addControls, connectPrint, fitRegion, foldLegend, showArea } from "../view.js";
import { makeWords } from "../words.js";
import { connectAbout } from "./about.js";
import { drawAreaCard } from "./areacard.js";
import { drawControls } from "./controls.js";
import { makeFigures } from "./figures.js";
import { readLink, writeLink } from "./link.js";
import { makeLocator } from "./locator.js";
import { drawMap } from "./map.js";
import { makeRanking } from "./ranking.js";
import { drawRegion } from "./regionview.js";
import { makeTelling } from "./tell.js";

const FIRST = /^population_since_\d+_percent$/;
const CLOSEST = 9;
// Beside the region in short, a narrower window has no room for a legend over the map.
const ROOMY = 1600;
const SETTLED = 250;

export async function start(map) {
  try {
    build(map, await readData(document));
    document.documentElement.dataset.ready = "";
  } catch (error) {
    document.getElementById("broken").hidden = false;
    throw error;
  }
}

function build(map, data) {
  const words = makeWords(data.texts, data.lang);
  const figures = makeFigures(data);
  const telling = makeTelling(words);
  const panel = makePanel();
  const locate = makeLocator(data);
  let choice = null;
  let opened = null;
  let linking;

  if (data.part) nameAfter(words.say("title_part", data));
  fillText("facts", words.say("facts", { ...data, date: words.date(data.date) }));
  foldLegend();
  addControls(map, data, words);
  fitRegion(map, data);
  const drawn = drawMap(map, data, figures, words, telling, { onArea: open });
  const ranking = makeRanking(data, figures, words, telling, { onArea: open });
  const linked = readLink(window.location.hash, data);
  drawControls(data, figures, words, { choice: { ...firstChoice(data), ...linked.choice }, onChoice });
  drawLayerList(map, words, { main: drawn.layers, more: [] }, { onChange: drawn.restack });
  drawn.restack();
  // The controls above the map take one line or two.
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(document.getElementById("map-place"));
  map.invalidateSize({ animate: false });
  fitRegion(map, data);
  connectBox(indexAreas(data), words, { announce: (text) => fillText("status", text), onHit: ({ kind, target }) => open(kind, target.id) });
  document.getElementById("region-open").addEventListener("click", () => open("region", data.areas.region[0].id));
  connectAbout(data, words);
  connectPrint(map, { isWanted: () => opened === null });
  if (linked.opened) open(linked.opened.kind, linked.opened.id);

  function onChoice(wanted) {
    if (choice && (choice.key !== wanted.key || choice.kind !== wanted.kind)) document.getElementById("results").scrollTop = 0;
    choice = wanted;
    drawn.show(choice);
    ranking.show(choice);
    keepLink();
    if (opened) panel.renew(drawCard());
  }

  function open(kind, id) {
    const from = opened ? null : document.activeElement;
    opened = { kind, id, from: from ?? opened.from };
    document.body.classList.toggle("at-wide", kind === "region");
    document.body.classList.add("at-card");
    if (kind === "region" && window.innerWidth < ROOMY) document.getElementById("layers").open = false;
    map.invalidateSize({ animate: false });
    panel.show(drawCard(), { onClose: close });
    keepLink();
    const bounds = drawn.mark(kind, id);
    if (bounds.isValid()) showArea(map, bounds, { maxZoom: CLOSEST });
    else fitRegion(map, data);
  }

  function drawCard() {
    const { kind, id } = opened;
    const given = { kind, id, year: choice.wished, onClose: panel.close, onPrint: print, onArea: open, locate };
    return (kind === "region" ? drawRegion : drawAreaCard)(data, figures, words, telling, given);
  }

  function close() {
    const { id, from } = opened;
    opened = null;
    keepLink();
    document.body.classList.remove("at-wide", "at-card");
    foldLegend();
    map.invalidateSize({ animate: false });
    drawn.mark("region", "");
    fitRegion(map, data);
    const row = [...document.querySelectorAll("#ranking [data-id]")].find((one) => one.dataset.id === id);
    (from?.isConnected && from !== document.body ? from : row ?? document.getElementById("results")).focus();
  }

  // Browsers refuse an address that changes with every step of a dragged slider.
  function keepLink() {
    clearTimeout(linking);
    linking = setTimeout(() => window.history.replaceState(null, "", writeLink(choice, opened)), SETTLED);
  }
}

function nameAfter(title) {
  document.title = title;
  fillText("title", title);
}

// Growth shows where the region moves; where there is none, the first indicator.
function firstChoice(data) {
  const first = data.indicators.find(({ key }) => FIRST.test(key)) ?? data.indicators[0];
  return { key: first.key, kind: "municipality", year: data.year };
}

function indexAreas(data) {
  return makeIndex(["municipality", "subregion"].flatMap((kind) =>
    data.areas[kind].filter((one) => one.is_subregion !== false).map((target) => ({ kind, target, name: target.name }))));
}

// Paper for one card: the size is a class, since a page rule cannot be chosen from here.
function print(size) {
  const { classList } = document.documentElement;
  classList.add(`print-${size}`);
  window.addEventListener("afterprint", () => classList.remove(`print-${size}`), { once: true });
  window.print();
}
