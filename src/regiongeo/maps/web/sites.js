// Sites: numbered pins for the ten best, symbols coloured by score for the rest; portfolio, stations, exclusions, plots.
import L from "leaflet";
import { CHOSEN, GREY, INK, SCORE, STATION, UNSURE } from "./colours.js";
import { classOf, decodeLines, decodePoint, isRated } from "./data.js";
import { make, putText, tooltip } from "./dom.js";
import { nameEnergies } from "./energy.js";
import { drawRow } from "./legend.js";
import { isPinned, pinClass, spread } from "./pins.js";
import { refill, symbol } from "./symbols.js";

const PIN_SIZE = 32;
const CHOSEN_STYLE = { shape: "star", radius: 11, fillColor: CHOSEN, fillOpacity: 1, color: "#fff", weight: 2 };
const STATION_STYLE = { shape: "square", radius: 7, fillColor: STATION, fillOpacity: 1, color: "#fff", weight: 2 };
const CROSS_STYLE = { shape: "cross", radius: 4.5, fill: false, color: GREY, weight: 2, opacity: 1 };
const PLOT_STYLE = { color: INK, weight: 2, dashArray: [6, 4], fillColor: "#fff", fillOpacity: 0.35 };

const MARKS = [
  { label: "legend_place", style: { shape: "circle" } },
  { label: "legend_search_area", style: { shape: "diamond" } },
  { label: "legend_possible_junction", style: { shape: "diamond", color: UNSURE, weight: 1.4, dashArray: [2.5, 2] } },
  { label: "legend_plot", style: { shape: "square" } },
];

export function markOf({ kind, is_search_area: isSearchArea }) {
  const [place, area, possible, plot] = MARKS;
  if (kind === "plot") return plot;
  if (kind === "possible_junction") return possible;
  return isSearchArea ? area : place;
}

export function radiusAt(zoom) {
  return Math.min(8, Math.max(4.5, 4.5 + 1.2 * (zoom - 8.5)));
}

export function drawSites(map, data, words, onSelect) {
  const place = (one) => decodePoint(one.at, data.scale);
  const tip = ({ options: { site } }) => describeSite(site, words);
  const dots = new Map(data.sites.map((site) => [site, symbol(place(site), { ...styleOf(site, data), site })]));
  const heads = new Map();
  let pins = [];
  let arePlain = false;
  const stars = data.sites.filter((site) => site.gain).map((site) => symbol(place(site), { ...CHOSEN_STYLE, site }));
  const choose = (event) => onSelect((event.sourceTarget ?? event.propagatedFrom).options.site, { zoom: false });
  const ranked = L.featureGroup().bindTooltip(tip).on("click", choose);
  const chosen = L.featureGroup().bindTooltip(tip).on("click", choose);
  const ring = L.circleMarker([0, 0], { radius: 23, color: INK, weight: 4, fill: false, interactive: false });

  const legend = make("ul", {}, ...legendOf(data, words).map((row) => drawRow(row, words)));
  const resize = () => dots.forEach((dot) => dot.setRadius(radiusAt(map.getZoom())));
  let boxes = [];
  let size = PIN_SIZE;
  const keepClear = () => nameOfLargest(map, data, size);
  const arrange = () => spreadPins(map, pins, { boxes, size, clear: keepClear() });
  map.on("zoomend", arrange);
  map.on("zoomend", resize);
  resize();

  // In the order of their ranks.
  function show(sites) {
    const wanted = new Set(sites);
    const [first, others] = [sites.filter(isPinned), sites.filter((site) => !isPinned(site))];
    pins = first.map(headOf);
    refill(ranked, [...others.map((site) => dots.get(site)).reverse(), ...pins]);
    refill(chosen, stars.filter(({ options: { site } }) => wanted.has(site) && !isPinned(site)));
    pins.forEach((pin) => pin.getElement()?.classList.toggle("plain", arePlain));
    arrange();
  }

  // Ranks and scores have moved.
  function restyle() {
    dots.forEach((dot, site) => {
      const fillColor = fillOf(site, data);
      if (dot.options.fillColor !== fillColor) dot.setStyle({ fillColor });
    });
    legendOf(data, words).forEach(({ count }, at) => {
      if (count !== undefined) putText(legend.children[at].querySelector(".count"), words.number(count));
    });
  }

  function headOf(site) {
    if (!heads.has(site)) heads.set(site, drawPin(site, place(site), words, onSelect));
    const head = heads.get(site);
    if (head.face.textContent !== String(site.rank)) {
      head.face.textContent = String(site.rank);
      head.setZIndexOffset(1000 - 10 * site.rank);
      head.getElement()?.setAttribute("aria-label", words.say("selected", site));
    }
    return head;
  }

  function standAside(taken) {
    boxes = taken;
    arrange();
  }

  function highlight(site) {
    ring.remove();
    if (site) ring.setLatLng(place(site)).addTo(map).bringToFront();
  }

  return {
    show,
    restyle,
    // Larger pins, as a projector wants them, stand farther apart.
    grow(by) {
      size = PIN_SIZE * by;
      arrange();
    },
    highlight,
    // Pins leave these boxes on the layer free.
    standAside,
    describe: (site) => describeSite(site, words),
    // Boxes on the layer no tag may cover.
    keepClear: () => keepClear().map(({ x, y }) => [x - 12, y - 10, x + 12, y + 10]),
    pins: () => pins.filter((pin) => map.hasLayer(pin)),
    layers: [
      { key: "layer_sites", on: true, level: 10, group: ranked, legend: [], body: legend },
      {
        key: "layer_portfolio", on: true, level: 11, group: chosen,
        legend: [{ style: CHOSEN_STYLE, text: describePortfolio(data.portfolio, words) }],
        onToggle: (on) => {
          arePlain = !on;
          pins.forEach((pin) => pin.getElement()?.classList.toggle("plain", !on));
        },
      },
      ...data.plots.length ? [drawPlots(data, words)] : [],
      drawPoints(data.stations, {
        key: "layer_stations", on: data.stations.length > 0, isMissing: data.stations.length === 0, level: 9, style: STATION_STYLE, place,
        note: data.stations.length ? undefined : words.say("not_included"),
        describe: (one) => tooltip(one.name, words.say("layer_stations"), offerOf(one, words), power(one, words)),
      }),
      drawPoints(data.excluded, {
        key: "layer_excluded", on: false, level: 7, style: CROSS_STYLE, place,
        describe: (one) => describeExcluded(one, words),
      }),
    ],
  };
}

function drawPin(site, latlng, words, onSelect) {
  const face = make("span", { class: pinClass(site) }, String(site.rank));
  const icon = L.divIcon({ html: face, className: "pin-place", iconSize: [PIN_SIZE, PIN_SIZE] });
  const marker = L.marker(latlng, { icon, site, riseOnHover: true, zIndexOffset: 1000 - 10 * site.rank });
  marker.on("add", () => marker.getElement().setAttribute("aria-label", words.say("selected", site)));
  marker.on("keypress", (event) => event.originalEvent.key === "Enter" && onSelect(site));
  marker.place = latlng;
  marker.face = face;
  return marker;
}

// Pins stand aside for the name of the largest town: without it people do not find their way.
function nameOfLargest(map, { places, scale }, size) {
  if (!places.length) return [];
  const { x, y } = map.latLngToLayerPoint(decodePoint(places[0].at, scale));
  const count = 1 + Math.ceil(places[0].name.length / 3);
  return Array.from({ length: count }, (_, at) => ({ x: x + 10 + (size - 2) * at, y }));
}

function spreadPins(map, pins, { boxes, size, clear }) {
  const shown = pins.filter((pin) => map.hasLayer(pin));
  const points = shown.map((pin) => map.latLngToLayerPoint(pin.place));
  const offsets = spread(points, size - 2, clear, boxes);
  shown.forEach((pin, at) => pin.setLatLng(map.layerPointToLatLng(points[at].add(offsets[at]))));
}

function fillOf(site, data) {
  return isRated(site) ? SCORE[classOf(site.score, data.score_breaks.slice(0, -1))] : "#fff";
}

function styleOf(site, data) {
  return { radius: 6.5, fillColor: fillOf(site, data), fillOpacity: 1, color: INK, weight: 1.2, opacity: 1, ...markOf(site).style };
}

function legendOf(data, words) {
  const base = { color: INK, weight: 1.2, fillColor: "#fff" };
  const rated = data.sites.filter(isRated);
  const breaks = data.score_breaks;
  const classes = breaks.slice(0, -1).map((low, at) => ({
    style: { ...base, shape: "circle", radius: 7, fillColor: SCORE[at] },
    text: words.say("class_to", { low: words.number(low * 100), high: words.number(breaks[at + 1] * 100) }),
    count: rated.filter((site) => classOf(site.score, breaks.slice(0, -1)) === at).length,
  }));
  const marks = MARKS.map((mark) => ({
    label: mark.label,
    style: { ...base, radius: 6.5, ...mark.style },
    count: data.sites.filter((site) => markOf(site) === mark).length,
  }));
  return [
    { pin: "1", label: "legend_pin" },
    ...classes.reverse(),
    ...marks.filter(({ count }) => count > 0),
  ];
}

function drawPoints(points, { key, style, place, describe, note, ...layer }) {
  const markers = points.map((one) => symbol(place(one), { ...style, one }));
  const group = L.featureGroup(markers).bindTooltip(({ options: { one } }) => describe(one));
  return { key, group, ...layer, legend: [{ style, label: key, count: points.length, note }] };
}

function drawPlots({ plots, scale }, words) {
  const areas = plots.map(({ rings, name }) => L.polygon(decodeLines(rings, scale), { ...PLOT_STYLE, name }));
  const group = L.featureGroup(areas).bindTooltip((layer) => tooltip(layer.options.name, words.say("kind_plot")));
  const legend = [{ style: PLOT_STYLE, label: "layer_plots", count: areas.length }];
  return { key: "layer_plots", on: true, level: 7, group, legend };
}

function offerOf({ energies, points_350kw: points }, words) {
  const named = nameEnergies(energies.map((energy) => ({ energy })), words);
  return points === null ? named : `${named} · ${words.say("fast_points", { points: words.number(points) })}`;
}

function power(station, words) {
  return station.power_kw === null ? "" : words.say("power", { kw: words.number(station.power_kw) });
}

function describeSite(site, words) {
  const figures = isRated(site)
    ? [
      `${words.say("score")}: ${words.points(site.score)}`,
      ...(site.rank_low === null ? [] : [`${words.say("rank_interval")}: ${words.range(site.rank_low, site.rank_high)}`]),
    ]
    : [words.say("not_rated")];
  return tooltip(
    isRated(site) ? `${site.rank}. ${site.name}` : site.name,
    ...figures,
    site.gain ? words.say("in_portfolio") : "",
    site.offers ? words.say("in_plan_with", { energies: nameEnergies(site.offers, words) }) : "",
    site.is_search_area ? words.say(markOf(site).label) : "",
  );
}

function describePortfolio({ size, covered_share: share, service_km: km }, words) {
  if (share === null) return words.say("legend_portfolio", { size });
  return words.say("portfolio_summary", { size, share: words.percent(share), km: words.number(km) });
}

function describeExcluded(one, words) {
  return tooltip(one.name, `${words.say("excluded")}: ${words.say(`reason_${one.reason}`)}`, one.reason_detail);
}
