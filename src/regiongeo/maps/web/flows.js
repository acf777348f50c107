// Truck flows behind a main road: the card, and which road a place belongs to.
import { decodeLines, decodePoint } from "./data.js";
import { button, figure, make } from "./dom.js";

export function drawFlowCard(road, data, words, { onClose, back }) {
  const flow = data.flows.links[road.flow];
  return [
    make("div", { class: "bar" }, button(`← ${back}`, onClose, { class: "back" })),
    make("h2", { tabindex: "-1" }, words.say("flows_title", { road: nameOf(road, words) })),
    make("p", { class: "note" }, words.say(data.flows.is_shifted ? "flows_shifted" : "flows_of", data.flows)),
    drawFigures(road, flow, data, words),
    drawFacts(flow, data, words),
    make("p", { class: "warning" }, words.say("flow_caveat")),
    ...drawShares("flow_relations", flow.relations.map(([one, other, ...rest]) => [nameRelation(one, other, data, words), ...rest]), words),
    ...drawShares("flow_ends", flow.ends.map(([place, ...rest]) => [data.flows.places[place][0], ...rest]), words),
    make("p", { class: "note" }, words.say("flow_ends_note")),
    ...(namesGateway(flow, data) ? [make("p", { class: "note" }, words.say("flow_gateway_note"))] : []),
  ];
}

export function nameOf(road, words) {
  return road.road ?? words.say("this_road");
}

function drawFigures(road, flow, data, words) {
  const isCounted = road.traffic_basis !== null && road.traffic_basis !== "modelled";
  const counted = isCounted ? words.number(road.truck_aadt) : "–";
  const basis = isCounted ? words.basis(road, data.base_year) : words.say("not_counted");
  const through = flow.through_percent === null ? "–" : words.percent(flow.through_percent / 100);
  return make("dl", { class: "figures" },
    figure(words.say("flow_counted", { year: data.base_year }), counted, basis),
    figure(words.say("flow_modelled", { year: data.base_year }), words.number(flow.base_trucks), words.say("trucks_per_day")),
    figure(words.say("flow_through"), through, words.say("flow_through_note")));
}

function drawFacts(flow, data, words) {
  const rows = [
    data.flows.is_planned ? ["flow_planned", words.say("per_day", { count: words.number(flow.trucks) })] : null,
    flow.trip_km === null ? null : ["flow_trip_km", words.say("kilometres", { km: words.number(flow.trip_km) })],
  ].filter(Boolean);
  return make("dl", { class: "facts" },
    ...rows.flatMap(([key, value]) => [make("dt", {}, words.say(key, data.flows)), make("dd", {}, value)]));
}

// rows: [name, trucks, percent]
function drawShares(title, rows, words) {
  const widest = Math.max(...rows.map(([, , percent]) => percent), 1);
  const list = rows.map(([name, trucks, percent]) => {
    const track = make("span", { class: "track bare" }, make("span", { class: "bar-fill" }));
    track.firstChild.style.width = `${(100 * percent) / widest}%`;
    return make("li", {},
      make("span", { class: "criterion" }, name),
      make("span", { class: "raw" }, perDay(trucks, words)),
      make("span", { class: "graph" }, track),
      make("span", { class: "part" }, percent === 0 ? `< ${words.percent(0.01)}` : words.percent(percent / 100)));
  });
  return [
    make("h3", {}, words.say(title)),
    rows.length ? make("ul", { class: "parts" }, ...list) : make("p", {}, words.say("flow_none")),
  ];
}

function perDay(trucks, words) {
  return words.say("per_day", { count: trucks === 0 ? "< 1" : words.number(trucks) });
}

function nameRelation(one, other, { flows: { places } }, words) {
  return one === other ? words.say("flow_inside", { place: places[one][0] }) : `${places[one][0]} – ${places[other][0]}`;
}

function namesGateway(flow, { flows: { places } }) {
  const shown = [...flow.relations.flatMap(([one, other]) => [one, other]), ...flow.ends.map(([place]) => place)];
  return shown.some((place) => places[place][1]);
}

// The stretch whose trucks count for a site, or else the closest one of its main road; null where there is none.
export function stretchOf(site, { roads, scale }) {
  const withFlow = roads.filter(({ flow }) => flow !== null);
  const counted = withFlow.filter((one) => one.road === site.busiest_road && one.truck_aadt === site.busiest_trucks);
  const near = withFlow.filter(({ road }) => site.road !== null && road === site.road);
  return nearest(counted.length ? counted : near, decodePoint(site.at, scale), scale);
}

function nearest(roads, [lat, lon], scale) {
  const narrow = Math.cos((lat * Math.PI) / 180);
  const project = ([y, x]) => [(x - lon) * narrow, y - lat];
  const reach = ({ lines }) => Math.min(...decodeLines(lines, scale).map((line) => distanceToOrigin(line.map(project))));
  const found = roads.map((road) => ({ road, degrees: reach(road) })).sort((one, other) => one.degrees - other.degrees);
  return found[0]?.road ?? null;
}

function distanceToOrigin(points) {
  return Math.min(...points.slice(1).map(([x2, y2], at) => {
    const [x1, y1] = points[at];
    const [dx, dy] = [x2 - x1, y2 - y1];
    const share = Math.min(1, Math.max(0, -(x1 * dx + y1 * dy) / (dx * dx + dy * dy || 1)));
    return Math.hypot(x1 + share * dx, y1 + share * dy);
  }));
}
