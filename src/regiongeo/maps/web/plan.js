// The station plan on the map: beside each new site a tag with the energies it offers, and a ring where no pin stands.
import L from "leaflet";
import { INK } from "./colours.js";
import { decodePoint } from "./data.js";
import { make } from "./dom.js";
import { chip, chips } from "./energy.js";
import { around, settle, TAG_HEIGHT } from "./settle.js";

const CHIP = 25;
const PIN = 17;
const DOT = 11;
const RING = { radius: DOT, color: INK, weight: 3, fill: false, interactive: false };

// `sites` are drawn already: where a pin stands aside, its tag goes with it.
export function drawPlan(map, data, words, { sites, onSelect }) {
  if (!data.plan) return { layers: [], show() {}, place() {}, tags: () => [] };
  const group = L.featureGroup()
    .bindTooltip(({ options: { site } }) => sites.describe(site))
    .on("click", (event) => onSelect((event.sourceTarget ?? event.propagatedFrom).options.site));
  const at = (site) => decodePoint(site.at, data.scale);
  const chosen = data.sites.filter(({ offers }) => offers);
  const tags = new Map(chosen.map((site) => [site, drawTag(site, at(site), words)]));
  const rings = new Map(chosen.map((site) => [site, L.circleMarker(at(site), { ...RING, site })]));
  let shown = [];
  map.on("zoomend", place);

  function show(wanted) {
    shown = wanted.filter((site) => site.offers);
    place();
  }

  function place() {
    const pins = new Map(sites.pins().map((pin) => [pin.options.site, pin]));
    const heads = shown.map((site) => ({ site, reach: pins.has(site) ? PIN : DOT, at: headOf(site, pins) }));
    const busy = [...[...pins.values()].map((pin) => around(map.latLngToLayerPoint(pin.getLatLng()), PIN)),
      ...heads.map(({ at, reach }) => around(at, reach)), ...sites.keepClear()];
    const spots = settle(heads.map(({ site, at, reach }) => ({ ...at, reach, width: widthOf(site) })), busy);
    group.clearLayers();
    heads.filter(({ site }) => !pins.has(site)).forEach(({ site }) => group.addLayer(rings.get(site)));
    heads.forEach(({ site, at: head }, number) => {
      const tag = tags.get(site).setLatLng(map.layerPointToLatLng(spots[number]));
      tag.place = spots[number].isFar ? map.layerPointToLatLng(head) : tag.getLatLng();
      group.addLayer(tag);
    });
  }

  function headOf(site, pins) {
    const { x, y } = map.latLngToLayerPoint(pins.get(site)?.getLatLng() ?? at(site));
    return { x, y };
  }

  return {
    show,
    place,
    // Each with its `place`: where they stand apart, a line leads there, and names leave room for them.
    tags: () => (map.hasLayer(group) ? shown.map((site) => tags.get(site)) : []),
    layers: [{ key: "layer_plan", on: true, level: 12, group, legend: legendOf(data, words) }],
  };
}

function drawTag(site, latlng, words) {
  const icon = L.divIcon({
    html: make("span", {}, ...chips(site.offers, words)), className: "plan-tag", iconSize: [widthOf(site), TAG_HEIGHT],
  });
  return L.marker(latlng, { icon, site, keyboard: false, zIndexOffset: 2000 });
}

function widthOf({ offers }) {
  return offers.length * CHIP + 6;
}

function legendOf({ plan, sites }, words) {
  const offers = sites.flatMap((site) => site.offers ?? []);
  return plan.energies.map(({ energy }) => ({
    picture: chip(energy, words),
    label: `energy_${energy}`,
    count: offers.filter((offer) => offer.energy === energy).length,
  }));
}
