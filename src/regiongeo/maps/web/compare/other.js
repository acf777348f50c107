// The other scenario on the map beside: drawn as the first one is, with the same layers, limits and weights.
import L from "leaflet";
import { CHOSEN } from "../colours.js";
import { makeLive } from "../live.js";
import { strikesOf } from "../limits.js";
import { drawScene } from "../scene.js";

const PROPOSAL = { color: CHOSEN, weight: 2.5, dashArray: "6 5", fillColor: "#fff", fillOpacity: 0.35, interactive: false };

// `state()`: what the page shows: { isShown(site), limits, layers, proposals, weighed, keys, factor, rule }.
export function drawOther(map, data, words, { state, onSite, onRoad, onRule, onRanked }) {
  const scene = drawScene(map, data, words, { onSite, onRoad, onRule });
  const layers = [...scene.main, ...scene.more];
  const stacked = layers.filter(({ group }) => group?.eachLayer).sort((one, other) => one.level - other.level);
  const proposals = L.featureGroup().addTo(map);
  const live = makeLive(data, { onRanked: rank });
  weigh();

  function weigh() {
    const { weighed } = state();
    if (weighed) live.weigh({ ...weighed, weights: byKey(weighed.weights), baseline: byKey(weighed.baseline) });
    else show();
  }

  // A scenario may weigh criteria that the page's own does not have.
  function byKey(weights) {
    const { keys } = state();
    const own = data.criteria.map(({ key }) => weights[keys.indexOf(key)] ?? 0);
    return own.some((weight) => weight > 0) ? own : data.criteria.map(({ given }) => given);
  }

  function rank({ isGiven }) {
    data.isGiven = isGiven;
    scene.sites.restyle();
    show();
    onRanked();
  }

  function show() {
    const { isShown, limits, factor, proposals: drawn, rule } = state();
    scene.grow(factor);
    scene.rules.choose?.(rule);
    scene.show(data.ranked.filter((site) => isShown(site) && !strikesOf(site, limits, data).length));
    proposals.clearLayers();
    drawn.forEach(({ latlngs }) => proposals.addLayer(latlngs.length > 2
      ? L.polygon(latlngs, PROPOSAL) : L.circleMarker(latlngs[0], { ...PROPOSAL, radius: 8 })));
    follow();
  }

  function follow() {
    const { layers: wanted } = state();
    for (const { key, group, isMissing, onToggle, on: first } of layers) {
      const on = (wanted[key] ?? first) && !isMissing;
      if (group) group[on ? "addTo" : "removeFrom"](map);
      onToggle?.(on);
    }
    stacked.filter(({ group }) => map.hasLayer(group)).forEach(({ group }) => group.eachLayer((one) => one.bringToFront?.()));
    proposals.eachLayer((one) => one.bringToFront());
    scene.settle();
  }

  return { data, scene, weigh, show, follow };
}
