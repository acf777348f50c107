// What the card of a site says of the station plan, the rules, its neighbours and the planning checklist.
import { button, make } from "./dom.js";
import { chip, nameEnergies } from "./energy.js";

export function drawPlanBadge({ offers }, words) {
  return offers?.length
    ? make("span", { class: "badge plan", title: nameEnergies(offers, words) }, words.say("in_plan"),
      ...offers.map(({ energy }) => chip(energy, words)))
    : "";
}

// `onSite` opens the card of another site.
export function drawPlanSections(site, data, words, { onSite }) {
  const { offers, card } = site;
  return [
    offers ? section(words.say("in_plan"), [drawEquals(card, data, words, linkTo(data, onSite)), ...offers.map((offer) => drawOffer(offer, words))], { open: true }) : "",
    card?.reserves.length ? section(words.say("reserves"), drawReserves(card, data, words, linkTo(data, onSite))) : "",
    card && data.plan && !offers ? section(words.say("not_in_plan"), drawBinds(card, words, linkTo(data, onSite)), { open: true }) : "",
  ].filter(Boolean);
}

export function drawMoreSections(site, data, words, { onSite }) {
  const { card, rules } = site;
  const checklist = (card?.checklist ?? []).map((at) => data.checklist_rows[at]);
  return [
    card?.lifts.length ? section(words.say("lifts"), drawLifts(card, data.criteria, words)) : "",
    rules && data.rules ? section(words.say("site_rules"), drawSiteRules(rules, data, words)) : "",
    card ? section(words.say("rivals"), drawRivals(card, data, words, linkTo(data, onSite))) : "",
    checklist.length ? section(titleOf(checklist, words), drawChecklist(checklist, words)) : "",
  ].filter(Boolean);
}

function linkTo({ sites }, onSite) {
  return (at) => button(sites[at].name, () => onSite(sites[at]), { class: "link" });
}

function section(title, children, { open = false } = {}) {
  return make("details", { class: "section", open }, make("summary", {}, title), ...children);
}

function drawFacts(rows) {
  const shown = rows.filter(([, value]) => value !== null);
  return make("dl", { class: "facts" }, ...shown.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function drawOffer(offer, words) {
  const { amount } = words;
  const fill = (key, figure) => (figure === null ? null : words.say(key, { value: amount(figure) }));
  const lost = words.say("value_lost", { trips: amount(offer.lost_trips_per_day), km: amount(offer.lost_truck_km_per_day) });
  return make("div", { class: "offer" },
    make("h4", {}, chip(offer.energy, words), words.say(`energy_${offer.energy}`),
      offer.is_locked ? make("span", { class: "count" }, words.say("locked")) : ""),
    drawFacts([
      [words.say("offer_stops"), words.say("per_day", { count: amount(offer.stops_per_day) })],
      [words.say(offer.energy === "battery" ? "offer_points" : "offer_nozzles"), tellPoints(offer, words)],
      [words.say("offer_peak"), fill("value_mw", offer.peak_high_mw)],
      [words.say("offer_installed"), fill("value_mw", offer.installed_mw)],
      [words.say("offer_energy"), fill("value_kwh_d", offer.energy_kwh_d)],
      [words.say("offer_fuel"), fill("value_kg_d", offer.fuel_kg_d)],
      [words.say("offer_area"), offer.area_m2 === null ? null : words.say("area_value", { area: amount(offer.area_m2 / 1000) })],
      [words.say("offer_grid"), tellGrid(offer, words)],
      [words.say("offer_lost"), lost],
    ]));
}

function tellPoints({ points, stop_min: minutes }, words) {
  if (points === null || minutes === null) return points === null ? null : words.amount(points);
  return words.say("value_points", { value: words.amount(points), min: words.amount(minutes) });
}

function tellGrid(offer, words) {
  const { grid_status: status, grid_timing: timing, grid_mw: free, grid_year: year } = offer;
  if (status === null) return null;
  const mw = (figure) => (figure === null ? "–" : words.amount(figure));
  const told = words.say(`grid_${status}`, { lack: mw(offer.grid_lack_mw), storage: mw(offer.storage_mwh) });
  return [
    told,
    free === null ? "" : words.say("grid_free", { free: mw(free) }),
    free !== null && timing !== "in_time" ? words.say(`grid_timing_${timing}`, { year: year ?? "–" }) : "",
    status === "lacks" && offer.least_grid_mw !== null
      ? words.say("grid_least", { mw: mw(offer.least_grid_mw), storage: mw(offer.least_grid_storage_mwh) })
      : "",
  ].filter(Boolean).join(" ");
}

function drawBinds({ binds, binds_site: other, added_trips: trips, added_truck_km: km }, words, link) {
  const added = trips === null
    ? ""
    : make("p", {}, words.say("added", { trips: words.amount(trips), km: words.amount(km ?? 0) }));
  return [
    make("p", {}, words.say(`binds_${binds}`), ...(other === null ? [] : [" ", link(other)])),
    binds === "adds_nothing" ? "" : added,
  ].filter(Boolean);
}

function drawLifts({ lifts }, criteria, words) {
  return [
    make("p", { class: "note" }, words.say("lifts_note")),
    drawFacts(lifts.map(([criterion, points]) => [criteria[criterion].name, words.say("lift_points", { points: words.amount(points) })])),
  ];
}

function drawSiteRules({ gains, enova }, { rules: { checks }, enova_rules: sentences }, words) {
  const rows = gains.map((gain, at) => [words.check(checks[at]), gain ? tellGain(gain, words) : words.say("rule_not_known")]);
  return [
    make("p", { class: "note" }, words.say("site_rules_note")),
    drawFacts(rows),
    make("p", { class: "told" }, sentences[enova]),
    make("p", { class: "note" }, words.say("rule_yardstick")),
  ];
}

// A gain: kilometres covered, or else 0 and those that get closer to a station; empty where the site is too far off.
function tellGain([km, near], words) {
  if (km === undefined) return words.say("gain_too_far");
  if (km > 0) return words.say("gain_closes", { km: words.amount(km) });
  return near > 0 ? words.say("gain_near", { km: words.amount(near) }) : words.say("gain_none");
}

function drawRivals({ rivals }, data, words, link) {
  if (!rivals.length) return [make("p", {}, words.say("rivals_none"))];
  const rows = rivals.map(([at, km]) => make("li", {}, link(at),
    make("small", {}, words.say("rival", { km: words.amount(km), rank: data.sites[at].rank }), data.sites[at].offers ? ` · ${words.say("in_plan")}` : "")));
  return [make("p", { class: "note" }, words.say("rivals_note")), make("ul", { class: "rivals" }, ...rows)];
}

// Where the id decided, people on the place may decide better.
function drawEquals(card, { sites }, words, link) {
  if (!card?.equals.length) return "";
  const names = card.equals.flatMap((at, place) => [place ? ", " : " ", link(at), ` (${words.say("equal_rank", sites[at])})`]);
  return make("p", { class: "equals" }, make("strong", {}, words.say("equals")), ...names, ". ", words.say("equals_note"));
}

function drawReserves({ reserves }, { sites }, words, link) {
  const rows = reserves.map(([at, trips, km]) => make("li", {}, link(at),
    make("small", {}, words.say("reserve", { municipality: sites[at].municipality, trips: words.amount(trips), km: words.amount(km) }))));
  return [make("p", { class: "note" }, words.say("reserves_note")), make("ul", { class: "rivals" }, ...rows)];
}

function titleOf(checklist, words) {
  const unknown = checklist.filter(([, status]) => status === "unknown").length;
  return words.say("checklist", { unknown, all: checklist.length });
}

const MARKS = { met: "✓", not_met: "✗", partly: "~", unknown: "?" };

function drawChecklist(checklist, words) {
  const rows = checklist.map(([item, status, value, unit, needed]) => make("li", { class: status },
    make("span", { class: "mark", "aria-hidden": "true" }, MARKS[status]),
    make("span", { class: "criterion" }, words.say(`check_${item}`)),
    make("span", { class: "status" }, words.say(`status_${status}`)),
    make("small", {}, status === "partly" ? words.say(`partly_${item}`, { value: writeFigure(value, unit, words) }) : tellFigure(value, unit, needed, words))));
  return [make("ul", { class: "checklist" }, ...rows)];
}

const SYMBOLS = { m2: "m²", km2: "km²", m3: "m³" };

export function writeFigure(figure, unit, words) {
  if (figure === undefined) return "";
  return unit === "year" ? String(figure) : `${words.amount(figure)} ${SYMBOLS[unit] ?? unit ?? ""}`.trim();
}

function tellFigure(value, unit, needed, words) {
  const written = writeFigure(value, unit, words);
  if (!written || needed === null) return written;
  return words.say("against", { value: written, needed: writeFigure(needed, unit, words) });
}
