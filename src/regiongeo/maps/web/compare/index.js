// Comparing: another scenario of the file beside the page's own, with a divider on the map and a table. Read this first.
import { drawSiteCard } from "../card.js";
import { isRated } from "../data.js";
import { button, make, showToast } from "../dom.js";
import { drawFlowCard, nameOf } from "../flows.js";
import { drawRuleCard } from "../rules.js";
import { nameFile, save } from "../story/save.js";
import { sortByYear } from "./changes.js";
import { writeChanges } from "./csv.js";
import { makeDivider } from "./divider.js";
import { drawOther } from "./other.js";
import { ownFigures, patchData } from "./patch.js";
import { tellSite } from "./reasons.js";
import { drawTable } from "./table.js";
import { makeTwin } from "./twin.js";

// Before anything moves with the weights. `state()` as for `drawOther`; `onSite` opens a site of the page's own scenario.
export function connectCompare({ map, data, words, announce, state, panel, onSite }) {
  const pristine = ownFigures(data);
  const scenarios = [
    { name: data.scenario, year: data.year, versus: null, make: () => ownFigures(pristine) },
    ...data.editions.map((edition) => ({
      name: edition.name, year: edition.year, versus: edition.versus, make: () => patchData(pristine, edition),
    })),
  ];
  const byYear = sortByYear(scenarios);
  const left = { name: data.scenario, data };
  const opener = button(words.say("cmp_open"), () => (parts ? leaveAll() : enter()), { "aria-pressed": "false", id: "compare" });
  let parts = null;
  let right = null;
  let shown = null;
  let choice = { filter: "first", order: "right" };

  function enter() {
    open(scenarios[1]);
    parts.bar.element.querySelector("select, input").focus();
  }

  function leaveAll() {
    close();
    opener.focus();
  }

  // From outside, as a step of the story: the focus stays where it is.
  function set(name) {
    const wanted = name === left.name ? null : scenarios.slice(1).find((one) => one.name === name);
    if (!wanted) close();
    else if (!parts) open(wanted);
    else if (right !== wanted) use(wanted);
  }

  function mark(on) {
    opener.setAttribute("aria-pressed", String(on));
    document.documentElement.classList.toggle("comparing", on);
  }

  function open(scenario) {
    mark(true);
    const main = document.querySelector("main");
    const divider = makeDivider(main, words, { onMove: (at) => parts?.twin.cut(at) });
    const bar = byYear ? drawYears() : drawChoice();
    main.append(bar.element);
    parts = { divider, bar, twin: null, drawn: null };
    use(scenario);
  }

  function close() {
    if (!parts) return;
    mark(false);
    const { twin, divider, bar } = parts;
    parts = null;
    if (isOpen()) panel.close();
    twin.remove();
    divider.remove();
    bar.element.remove();
    announce(words.say("cmp_closed"));
  }

  // Each scenario gets a map of its own, so that nothing of the one before is left.
  function use(scenario) {
    parts.twin?.remove();
    parts.twin = makeTwin(map);
    scenario.data ??= scenario.make();
    right = scenario;
    const handlers = { state, onSite: openSite, onRoad: openRoad, onRule: openRule, onRanked: renew };
    parts.drawn = drawOther(parts.twin.map, scenario.data, words, handlers);
    parts.divider.name(left.name, scenario.name);
    parts.bar.show(scenario);
    announce(words.say("cmp_shown", { left: left.name, right: scenario.name }));
  }

  // The bar at the foot of the map

  function drawChoice() {
    const select = make("select", { id: "cmp-scenario" }, ...scenarios.slice(1).map(({ name }, at) => new Option(name, String(at + 1))));
    select.addEventListener("change", () => use(scenarios[Number(select.value)]));
    const element = drawBar(make("label", { for: "cmp-scenario" }, words.say("cmp_against")), select);
    return { element, show: (scenario) => { select.value = String(scenarios.indexOf(scenario)); } };
  }

  function drawYears() {
    const slider = make("input", { type: "range", id: "cmp-year", min: 0, max: byYear.length - 1, step: 1 });
    const figure = make("output", { for: "cmp-year" });
    slider.addEventListener("input", () => use(byYear[Number(slider.value)]));
    const element = drawBar(make("label", { for: "cmp-year" }, words.say("cmp_year")), slider, figure);
    const show = (scenario) => {
      slider.value = String(byYear.indexOf(scenario));
      slider.setAttribute("aria-valuetext", `${scenario.year}: ${scenario.name}`);
      figure.textContent = String(scenario.year);
    };
    return { element, show };
  }

  function drawBar(...children) {
    return make("div", { class: "cmp-bar", role: "group", "aria-label": words.say("cmp_choose") }, ...children,
      button(words.say("cmp_table"), openTable), button(words.say("cmp_close"), leaveAll));
  }

  // Cards: one at a time, drawn anew while it stands and the weights move

  function show(draw, { onClose = () => {} } = {}) {
    const children = draw();
    panel.show(children, { onClose: () => leave(onClose) });
    shown = { draw, mark: children[0] };
  }

  const isOpen = () => Boolean(shown?.mark.isConnected);

  function renew() {
    if (!isOpen()) return;
    const children = shown.draw();
    panel.renew(children);
    shown.mark = children[0];
  }

  function leave(onClose) {
    shown = null;
    parts?.drawn.scene.sites.highlight(null);
    document.getElementById("results").focus();
    onClose();
  }

  function openTable() {
    show(() => drawTable(left, right, words, {
      choice, onClose: panel.close, onSave: saveTable, onSite: openRow,
      onChoice: (next) => {
        choice = next;
        renew();
      },
    }));
  }

  // From the table to a site, and back to the table.
  function openRow({ left: one, right: other }) {
    if (one) onSite(one, { onBack: openTable });
    else openSite(other, { onClose: openTable });
  }

  function openSite(site, options = {}) {
    const { data: other } = right;
    const onStep = (from, by) => {
      const next = other.ranked[other.ranked.indexOf(from) + by];
      if (next) openSite(next, options);
    };
    parts.drawn.scene.sites.highlight(site);
    const draw = () => drawSiteCard(site, other, words, { onClose: panel.close, onStep, onSite: openSite });
    showOther(draw, { ...options, told: () => tellSite(site, left, right, words) });
    announce(isRated(site) ? words.say("selected", site) : site.name);
  }

  function openRoad(road) {
    showOther(() => drawFlowCard(road, right.data, words, { onClose: panel.close, back: words.say("back") }));
    announce(words.say("flows_title", { road: nameOf(road, words) }));
  }

  function openRule(road) {
    showOther(() => drawRuleCard(road, right.data, words, { onClose: panel.close }));
    announce(words.say("rule_title", road));
  }

  // A card of the other scenario says whose it is.
  function showOther(draw, { told = () => "", ...options } = {}) {
    const { name } = right;
    const tell = () => (told() ? [make("p", { class: "note cmp-beside" }, told())] : []);
    show(() => [make("p", { class: "cmp-whose" }, words.say("cmp_whose", { name })), ...tell(), ...draw()], options);
  }

  function saveTable(rows) {
    const name = nameFile(words.say("cmp_file"), data.map_id, "csv", new Date());
    save(name, new Blob([writeChanges(rows, left, right, words)], { type: "text/csv;charset=utf-8" }));
    announce(words.say("st_saved", { name }));
    showToast(words.say("st_saved", { name }));
  }

  return {
    opener,
    set,
    get: () => (parts ? right.name : ""),
    // The page's weights, filters, limits, proposals, layers or sizes have changed.
    weigh: () => parts?.drawn.weigh(),
    update() {
      parts?.drawn.show();
      renew();
    },
    follow: () => parts?.drawn.follow(),
    // For a picture of the map.
    beside: () => parts && { map: parts.twin.map, at: parts.divider.at(), names: [left.name, right.name] },
  };
}
