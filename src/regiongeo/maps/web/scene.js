// What a map shows of one scenario: the page's own on its map, another one on the map beside it.
import { drawBackground } from "./background.js";
import { drawLabels } from "./labels.js";
import { drawPlan } from "./plan.js";
import { drawRoads } from "./roads.js";
import { drawRules } from "./rules.js";
import { drawSites } from "./sites.js";

// Layers are listed but not yet on the map: who lists them decides which.
export function drawScene(map, data, words, { onSite, onRoad, onRule, onRuleChoice = () => {}, settle }) {
  const background = drawBackground(map, data, words);
  const roads = drawRoads(map, data, words, onRoad);
  const sites = drawSites(map, data, words, onSite);
  const plan = drawPlan(map, data, words, { sites, onSelect: (site) => onSite(site, { zoom: false }) });
  const [counted, others] = roads.layers;
  const rules = drawRules(map, data, words, { onSelect: onRule, onChoice: onRuleChoice, insteadOf: [counted] });
  const labels = drawLabels(map, data, words, { pins: sites.pins, tags: plan.tags, subregions: background.subregions, settle });
  return {
    land: background.land,
    roads,
    sites,
    rules,
    labels,
    main: [...plan.layers, ...sites.layers, counted, ...rules.layers],
    more: [labels.layer, others, ...background.layers],
    show(standing) {
      sites.show(standing);
      plan.show(standing);
    },
    // Everything that is written or numbered; the next settling has it.
    grow: (by) => [sites, plan, labels].forEach((one) => one.grow(by)),
    // What steps aside for what else is shown.
    settle() {
      plan.place();
      labels.draw();
    },
  };
}
