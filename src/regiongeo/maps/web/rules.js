// The rule check on the map: TEN-T roads covered, missing, or not known, for one requirement and deadline at a time.
import L from "leaflet";
import { COVERED, MISSING, NOT_KNOWN } from "./colours.js";
import { decodeLines } from "./data.js";
import { button, make, tooltip } from "./dom.js";
import { drawRow } from "./legend.js";

const STYLES = {
  yes: { color: COVERED, weight: 7 },
  no: { color: MISSING, weight: 8 },
  not_known: { color: NOT_KNOWN, weight: 5, dashArray: [9, 7] },
};
const ORDER = ["yes", "not_known", "no"];
const CASING = { color: "#fff", opacity: 0.95, interactive: false };
const CASING_WIDTH = 5;

// A road has one colour at a time: the layers it is drawn instead of give way, and sites beside it lie below.
export function drawRules(map, data, words, { onSelect, onChoice = () => {}, insteadOf }) {
  if (!data.rules) return { layers: [] };
  const { checks, roads } = data.rules;
  const group = L.featureGroup();
  group.bindTooltip(({ options: { road } }) => describe(road, chosen(), words), { sticky: true });
  group.on("click", (event) => onSelect((event.sourceTarget ?? event.propagatedFrom).options.road));
  const choice = make("select", { id: "rule-choice" }, ...checks.map((check, at) => new Option(nameChoice(check, words), String(at))));
  choice.value = String(firstShown(checks));
  const rows = make("ul");
  const layer = {
    key: "layer_rules", on: false, level: 10.5, group, insteadOf, legend: [],
    body: make("div", { class: "rules" }, make("label", { for: "rule-choice" }, words.say("rule_choice")), choice, rows),
  };
  choice.addEventListener("change", () => {
    draw();
    layer.restack();
    onChoice();
  });
  draw();

  function chosen() {
    return Number(choice.value);
  }

  function draw() {
    const asked = roads.filter((road) => road.answers[chosen()]);
    const lines = ORDER.flatMap((status) => asked.filter((road) => road.answers[chosen()].status === status)
      .map((road) => [road, STYLES[status]]));
    const line = (road, style) => L.polyline(decodeLines(road.lines, data.scale), { lineCap: "butt", smoothFactor: 0.7, opacity: 1, road, ...style });
    group.clearLayers();
    lines.forEach(([road, style]) => group.addLayer(line(road, { ...CASING, weight: style.weight + CASING_WIDTH })));
    lines.forEach(([road, style]) => group.addLayer(line(road, style)));
    rows.replaceChildren(...legendOf(checks[chosen()], words));
  }

  function choose(at) {
    if (at === chosen() || !checks[at]) return;
    choice.value = String(at);
    draw();
  }

  return { layers: [layer], chosen, choose };
}

function statesOf(checks) {
  return [...new Set(checks.map(({ state }) => state))];
}

function nameChoice(check, words) {
  return `${words.check(check)} ${words.say(`choice_${check.state}`)}`;
}

// The last deadline of the first requirement.
export function firstShown([first, ...others]) {
  const isLike = ({ state, requirement }) => state === first.state && requirement === first.requirement;
  return others.filter(isLike).length;
}

function legendOf({ state, region, lacks_direction: lacksDirection }, words) {
  const rows = ORDER.map((status) => drawRow({
    style: { ...STYLES[status], isLine: true },
    label: `rule_${status}`,
    note: region ? words.say("kilometres", { km: words.amount(region[status]) }) : undefined,
  }, words));
  const notes = [
    words.say(`rule_state_${state}`),
    region ? words.say("rule_region") : "",
    region ? tellShare(region, words) : "",
    lacksDirection ? words.say("rule_direction") : "",
    words.say("rule_yardstick"),
  ];
  return [...rows, make("li", { class: "note" }, notes.filter(Boolean).join(" "))];
}

function tellShare({ required_share: required, is_met: isMet, least_pools: pools }, words) {
  return words.say(`share_${isMet}`, { share: words.percent(required), pools });
}

function describe(road, at, words) {
  const answer = road.answers[at];
  return tooltip(road.road, words.say(`rule_${answer.status}`), tellDistance(answer, words), words.say("rule_hint"));
}

function tellDistance({ through_km: km, spacing_km: spacing }, words) {
  if (km === undefined) return words.say("rule_no_through", { spacing: words.amount(spacing) });
  return words.say("rule_through", { km: words.number(km, 1), spacing: words.amount(spacing) });
}

// The card of one stretch: what each requirement says of it.
export function drawRuleCard(road, data, words, { onClose }) {
  const { checks } = data.rules;
  const isLacking = checks.some(({ lacks_direction: lacksDirection }) => lacksDirection);
  const isKnown = road.answers.some((answer) => answer?.forward || answer?.back);
  const km = words.amount(road.km);
  return [
    make("div", { class: "bar" }, button(`← ${words.say("back")}`, onClose, { class: "back" })),
    make("h2", { tabindex: "-1" }, words.say("rule_title", { road: road.road })),
    make("p", {}, words.say("rule_stretch", { km, tent: words.say(`tent_${road.tent}`) })),
    make("p", { class: "warning" }, words.say("rule_yardstick_long")),
    ...statesOf(checks).map((state, at) => drawState(state, checks, road, words, { open: at === 0 })),
    isKnown ? make("p", { class: "note" }, words.say("rule_direction_known")) : "",
    isLacking ? make("p", { class: "note" }, words.say(isKnown ? "rule_direction_else" : "rule_direction")) : "",
  ].filter(Boolean);
}

function drawState(state, checks, road, words, { open }) {
  const answers = checks.map((check, at) => [check, road.answers[at]]).filter(([check, answer]) => check.state === state && answer);
  return make("details", { class: "section", open }, make("summary", {}, words.say(`state_${state}`)),
    ...answers.flatMap(([check, answer]) => drawAnswer(check, answer, words)));
}

const SIGNS = { yes: "✓", no: "✗", not_known: "?" };

function drawAnswer(check, answer, words) {
  const { status, ends = [], is_far: isFar } = answer;
  const ways = ["forward", "back"].filter((way) => answer[way]);
  return [
    make("h4", { class: "answer" }, words.check(check),
      make("span", { class: `verdict ${status}` }, `${SIGNS[status]} ${words.say(`rule_${status}`)}`)),
    make("p", {}, tellDistance(answer, words)),
    ends.length === 2 ? make("p", {}, words.say("rule_between", { one: ends[0], other: ends[1] })) : "",
    ends.length === 1 ? make("p", {}, words.say("rule_one_end", { one: ends[0] })) : "",
    isFar ? make("p", { class: "note" }, words.say("rule_far")) : "",
    ...ways.map((way) => make("p", {}, `${words.say(`rule_${way}`)}: ${words.say(`rule_${answer[way]}`)}`)),
  ].filter(Boolean);
}
