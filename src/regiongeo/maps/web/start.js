// Builds the page from its data. Read this first.
import { connectAbout } from "./about.js";
import { drawSiteCard } from "./card.js";
import { drawCollected } from "./collected/index.js";
import { connectCompare } from "./compare/index.js";
import { decodeLines, decodePoint, isRated, readData } from "./data.js";
import { fillText } from "./dom.js";
import { drawFlowCard, nameOf, stretchOf } from "./flows.js";
import { makeGrid } from "./grid.js";
import { connectStepKeys } from "./keys.js";
import { drawLayerList } from "./legend.js";
import { connectLimits, strikesOf, tellStrikes } from "./limits.js";
import { makeList } from "./list.js";
import { makeLive } from "./live.js";
import { makePanel } from "./panel.js";
import { showPlanSummary } from "./plansummary.js";
import { drawRuleCard } from "./rules.js";
import { drawScene } from "./scene.js";
import { makeWeightStore } from "./weightstore.js";
import { connectSearch } from "./search.js";
import { connectStage } from "./story/index.js";
import { offerTiles } from "./tiles.js";
import { connectWeights } from "./weighing.js";
import { connectWorkshop } from "./workshop/index.js";
import { makeWords } from "./words.js";
import { addControls, connectPrint, easeAim, fitRegion, foldLegend, showArea, showPlace, unfoldMore } from "./view.js";

// How much larger pins, tags and names are drawn for a room; the style sheet has the same figure.
const ROOM = 1.35;

export async function start(map) {
  try {
    const data = await readData(document);
    window.regiongeo.data = data;
    build(map, { ...data });
    document.documentElement.dataset.ready = "";
  } catch (error) {
    document.getElementById("broken").hidden = false;
    throw error;
  }
}

function build(map, data) {
  const words = makeWords(data.texts, data.lang);
  const announce = (text) => fillText("status", text);
  let opened = null;
  let factor = 1;
  let frame = 0;
  const choice = { subregion: "", onlyPortfolio: false, onlyPlan: false, limits: new Set() };
  data.ranked = data.sites;
  data.isGiven = true;

  writeHeader(data, words);
  connectAbout(data, words);
  showPlanSummary(data, words);
  foldLegend();
  easeAim(map);
  addControls(map, data, words);
  fitRegion(map, data);

  const panel = makePanel();
  const workshop = data.map_id && openWorkshop();
  const collected = data.collected && drawCollected(data, words, { onSelect: (site) => select(site, { zoom: false }) });
  const scene = drawScene(map, data, words, {
    onSite: select, onRoad: selectRoad, onRule: selectRule, onRuleChoice: () => compare?.update(), settle: workshop?.settle,
  });
  const { sites, roads, labels } = scene;
  const tiles = offerTiles(map, data, words, { land: scene.land, announce });
  const main = [...(workshop ? [workshop.layer] : []), ...(collected ? collected.layers : []), ...scene.main];
  const layerList = drawLayerList(map, words, { main, more: [...scene.more, ...tiles.layers] }, { onChange: redraw });
  const compare = data.editions?.length ? connectCompare({ map, data, words, announce, panel, state: tellState, onSite: select }) : null;
  unfoldMore();

  const list = makeList(data, words, { onSelect: (site) => select(site) });
  connectSearch(data, words, { map, announce, onSite: (site) => select(site) });
  connectFilters(data, choice, { update, onArea: showSubregion });
  const live = makeLive(data, { onRanked });
  const kept = workshop && makeWeightStore(data);
  const before = kept?.read();
  let weighed = null;
  const weighing = connectWeights(data, words, { onWeigh: (moved) => {
    weighed = moved;
    live.weigh(moved);
    compare?.weigh();
    const { weights, memory, against, isGiven } = moved;
    kept?.save({ weights: isGiven ? null : weights, memory, against });
  } });
  choice.limits = connectLimits(data, words, { first: before?.limits, onLimit: (limits) => {
    choice.limits = limits;
    kept?.save({ limits: [...limits] });
    update();
  } });
  if (before?.weights || Object.keys(before?.memory ?? {}).length) weighing.restore(before);
  connectPrint(map);
  connectStepKeys((by) => step(opened, by));
  if (workshop) openStage();
  update();
  labels.draw();

  function isShown(site) {
    return (!choice.subregion || site.subregion === choice.subregion)
      && (!choice.onlyPortfolio || site.gain) && (!choice.onlyPlan || site.offers);
  }

  function redraw() {
    scene.settle();
    compare?.follow();
  }

  // What another scenario beside this one follows.
  function tellState() {
    return {
      isShown, limits: choice.limits, layers: layerList.get(), proposals: workshop?.proposals() ?? [], weighed,
      keys: data.criteria.map(({ key }) => key), factor, rule: scene.rules.chosen?.(),
    };
  }

  // Struck sites stand last in the list, with the reason, and not on the map.
  function update({ relabel = labels.draw, isTold = true } = {}) {
    const shown = data.ranked.filter(isShown);
    const strikes = new Map(shown.map((site) => [site, strikesOf(site, choice.limits, data)]).filter(([, rows]) => rows.length));
    const told = new Map([...strikes].map(([site, rows]) => [site, tellStrikes(rows, words)]));
    const standing = shown.filter((site) => !strikes.has(site));
    list.show([...standing, ...strikes.keys()], told, listDrawn());
    scene.show(standing);
    relabel();
    compare?.update();
    if (isTold) announce(words.say("count", { shown: words.number(shown.length), all: words.number(data.sites.length) }));
  }

  // Proposals with a provisional score, best first.
  function listDrawn() {
    return (workshop?.proposals() ?? []).filter(({ score }) => score && score.score !== null).map(({ record, score, struck }) => ({
      id: record.id, name: record.navn, score: score.score, rank: score.rank, onOpen: () => workshop.openProposal(record.id),
      reason: struck,
    })).sort((one, other) => other.score - one.score);
  }

  // Once a frame is enough while a slider moves.
  function relabelSoon() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(labels.follow);
  }

  function onRanked({ isGiven, isCounted }) {
    data.isGiven = isGiven;
    sites.restyle();
    workshop?.refresh();
    update({ relabel: relabelSoon, isTold: false });
    if (opened) panel.renew(drawCard(opened));
    if (isCounted) announce(words.say("leader", { name: data.ranked[0].name }));
  }

  function showSubregion(name) {
    const rings = data.municipalities.filter(({ subregion }) => subregion === name).flatMap((one) => one.rings);
    if (rings.length) showArea(map, decodeLines(rings, data.scale).flat());
    else fitRegion(map, data);
  }

  function select(site, { zoom = true, onBack } = {}) {
    if (zoom) showPlace(map, decodePoint(site.at, data.scale), Math.max(map.getZoom(), 11));
    sites.highlight(site);
    roads.highlight(null);
    panel.show(drawCard(site), { onClose: () => deselect(site, onBack) });
    opened = site;
    announce(isRated(site) ? words.say("selected", site) : site.name);
  }

  function drawCard(site) {
    const road = stretchOf(site, data);
    const onFlows = road && (() => selectRoad(road, { from: site }));
    const card = drawSiteCard(site, data, words, { onClose: panel.close, onStep: step, onFlows, onSite: select });
    // Who said what stands below name and rank, before the figures.
    if (collected) return [...card.slice(0, 3), collected.section(site), ...card.slice(3)];
    return workshop ? [...card, workshop.siteSection(site)] : card;
  }

  function openStage() {
    const weights = {
      get: data.weightsNow,
      set: (wanted) => weighing.set(data.criteria.map(({ key }) => wanted[key] ?? 0)),
    };
    connectStage({ map, data, words, announce, layers: layerList, weights, struck: tellAllStrikes, drawn: listDrawn, compare, onProjector });
    if (compare) document.querySelector(".st-tools").prepend(compare.opener);
  }

  function tellAllStrikes() {
    const rows = data.sites.map((site) => [site, strikesOf(site, choice.limits, data)]).filter(([, found]) => found.length);
    return new Map(rows.map(([site, found]) => [site, tellStrikes(found, words)]));
  }

  function onProjector(isOn) {
    factor = isOn ? ROOM : 1;
    scene.grow(factor);
    redraw();
    compare?.update();
  }

  function openWorkshop() {
    const grid = makeGrid(data.grid);
    const weights = () => data.criteria.map(({ key, weight }) => [key, weight]);
    data.provisional = (latlngs) => {
      const found = grid.provisionalScore(latlngs, Object.fromEntries(weights()));
      if (!found) return null;
      return { ...found, rank: 1 + data.sites.filter(({ score }) => score > found.score).length };
    };
    data.weightsNow = () => Object.fromEntries(data.criteria.map(({ key }, at) => [key, weighing.weights[at]]));
    const keys = data.criteria.map(({ key }) => key);
    const place = document.getElementById("workshop");
    place.hidden = false;
    for (const id of ["notices", "plan"]) document.getElementById(id).open = false;
    const opened = connectWorkshop({
      map, data, words, panel, announce, onSite: (site) => select(site), onChange: () => update(),
      onWeights: (wanted) => weighing.set(keys.map((key) => wanted[key] ?? 0)),
    });
    place.append(opened.element);
    return opened;
  }

  function deselect(site, onBack = () => list.focus(site)) {
    opened = null;
    sites.highlight(null);
    onBack();
  }

  // Opened from a site, the card goes back to it.
  function selectRoad(road, { from = null } = {}) {
    opened = null;
    sites.highlight(from);
    roads.highlight(road);
    const back = from ? from.name : words.say("back");
    panel.show(drawFlowCard(road, data, words, { onClose: panel.close, back }), { onClose: () => deselectRoad(from) });
    announce(words.say("flows_title", { road: nameOf(road, words) }));
  }

  function selectRule(road) {
    opened = null;
    sites.highlight(null);
    roads.highlight(road);
    panel.show(drawRuleCard(road, data, words, { onClose: panel.close }), { onClose: () => deselectRoad(null) });
    announce(words.say("rule_title", road));
  }

  function deselectRoad(from) {
    roads.highlight(null);
    if (from) select(from, { zoom: false });
    else document.getElementById("results").focus();
  }

  function step(site, by) {
    const shown = data.ranked.filter(isShown);
    const at = site ? shown.indexOf(site) + by : 0;
    if (shown[at]) select(shown[at]);
  }
}

function writeHeader(data, words) {
  fillText("facts", words.say("facts", { scenario: data.scenario, date: words.date(data.date) }));
  document.title = `${words.say("title")} – ${data.scenario}`;
}

function connectFilters(data, choice, { update, onArea }) {
  const select = document.getElementById("subregion");
  for (const { name } of data.subregions) select.add(new Option(name, name));
  select.addEventListener("change", () => {
    choice.subregion = select.value;
    onArea(select.value);
    update();
  });
  document.getElementById("only-plan").closest("label").hidden = !data.plan;
  for (const [id, key] of [["only-portfolio", "onlyPortfolio"], ["only-plan", "onlyPlan"]]) {
    document.getElementById(id).addEventListener("change", ({ target }) => {
      choice[key] = target.checked;
      update();
    });
  }
}
