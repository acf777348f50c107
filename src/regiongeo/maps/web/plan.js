// The station plan on the map: beside each new site a tag with the energies it offers, and a ring where no pin stands.
import L from "leaflet";
import { INK } from "./colours.js";
import { decodePoint } from "./data.js";
import { make } from "./dom.js";
import { chip, chips } from "./energy.js";
import { around, boxOf, settle, TAG_HEIGHT } from "./settle.js";
import { refill } from "./symbols.js";

const CHIP = 25;
const PIN = 17;
const DOT = 11;
const RING = { radius: DOT, color: INK, weight: 3, fill: false, interactive: false };
const HALO = { ...RING, color: "#fff", weight: 7 };

// `sites` are drawn already. Their pins stand aside for rings and tags; the tag of a pinned site goes with its pin.
export function drawPlan(map, data, words, { sites, onSelect }) {
  if (!data.plan) return { layers: [], show() {}, place() {}, grow() {}, tags: () => [] };
  const group = L.featureGroup()
    .bindTooltip(({ options: { site } }) => sites.describe(site))
    .on("click", (event) => onSelect((event.sourceTarget ?? event.propagatedFrom).options.site));
  const at = (site) => decodePoint(site.at, data.scale);
  const chosen = data.sites.filter(({ offers }) => offers);
  const tags = new Map(chosen.map((site) => [site, drawTag(site, at(site), words)]));
  const rings = new Map(chosen.map((site) => [site, [HALO, RING].map((style) => L.circleMarker(at(site), { ...style, site }))]));
  let shown = [];
  let factor = 1;
  map.on("zoomend", place);

  function show(wanted) {
    shown = wanted.filter((site) => site.offers);
    place();
  }

  function place() {
    const pins = new Map(sites.pins().map((pin) => [pin.options.site, pin]));
    const others = shown.filter((site) => !pins.has(site));
    refill(group, [...others.flatMap((site) => rings.get(site)), ...shown.map((site) => tags.get(site))]);
    const taken = placeTags(others, { where: at, reach: DOT, busy: sites.keepClear() });
    sites.standAside(map.hasLayer(group) ? taken : []);
    const where = (site) => pins.get(site).getLatLng();
    const stood = [...pins.keys()].map((site) => around(map.latLngToLayerPoint(where(site)), PIN * factor));
    placeTags(shown.filter((site) => pins.has(site)), { where, reach: PIN * factor, busy: [...sites.keepClear(), ...taken, ...stood] });
  }

  // Returns the boxes that heads and tags take.
  function placeTags(wanted, { where, reach, busy }) {
    const heads = wanted.map((site) => {
      const { x, y } = map.latLngToLayerPoint(where(site));
      return { x, y, reach, width: widthOf(site) * factor, height: TAG_HEIGHT * factor };
    });
    const own = heads.map((head) => around(head, reach));
    const spots = settle(heads, [...busy, ...own]);
    wanted.forEach((site, number) => {
      const tag = tags.get(site).setLatLng(map.layerPointToLatLng(spots[number]));
      tag.place = spots[number].isApart ? L.latLng(where(site)) : tag.getLatLng();
    });
    return [...own, ...spots.map((spot, number) => boxOf(spot, heads[number].width, heads[number].height))];
  }

  return {
    show,
    place,
    // Larger tags, as a projector wants them, need more room; the next placing gives it.
    grow(by) {
      factor = by;
    },
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
  const energies = plan.energies.map(({ energy }) => ({
    picture: chip(energy, words),
    label: `energy_${energy}`,
    count: offers.filter((offer) => offer.energy === energy).length,
  }));
  return [...energies, { style: { ...RING, shape: "circle", radius: 8 }, label: "legend_plan" }];
}
