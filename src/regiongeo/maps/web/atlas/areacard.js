// The card of a municipality or subregion: its figures against the region, its neighbours by road, and what is not known.
import { button, make } from "../dom.js";
import { drawIndices } from "./balance.js";
import { sparkline, yearTable } from "./charts.js";

export function drawAreaCard(data, figures, words, telling, { kind, id, year, onClose, onPrint, onArea, locate }) {
  const area = data.areas[kind].find((one) => one.id === id);
  const isPlace = kind === "municipality";
  const context = { data, figures, words, telling, kind, area, year, onArea };
  return [
    drawBar(words, { onClose, onPrint }),
    make("h2", { tabindex: "-1" }, area.name),
    make("p", { class: "at-kind" }, isPlace ? tellPlace(area, data, words) : tellSubregion(area, words)),
    locate(area.members ?? [id]),
    ...drawNotes(area, data, words),
    ...(isPlace ? [] : drawMembers(context)),
    ...drawFigures(context),
    ...(isPlace ? drawCentres(context) : drawBalance(context)),
    ...drawClimate(context),
    ...drawUnknown(context),
  ];
}

export function drawBar(words, { onClose, onPrint }) {
  return make("div", { class: "bar" }, button(`← ${words.say("back")}`, onClose, { class: "back" }),
    ...["a4", "a3"].map((size) => button(words.say(`print_${size}`), () => onPrint(size), { class: `at-print ${size}` })));
}

function partOf(area, data) {
  return data.areas.subregion.find(({ id }) => id === area.subregion);
}

function tellPlace(area, data, words) {
  const part = partOf(area, data);
  const county = area.county ?? "";
  if (!part.is_subregion) return words.say("kind_alone", { county });
  return part.members.length === 1 ? words.say("kind_own") : words.say("kind_municipality", { subregion: part.name, county });
}

function tellSubregion(area, words) {
  if (!area.is_subregion) return words.say("kind_outside");
  return area.members.length === 1 ? words.say("kind_one") : words.say("kind_subregion", { count: words.number(area.members.length) });
}

// What is uncertain of the membership, of the area itself or of one that it is made of.
function drawNotes(area, data, words) {
  const isUnsure = (area.certainty ?? "").startsWith("likely") || area.certainty === "uncertain";
  const own = area.members ? data.areas.municipality.filter(({ id }) => area.members.includes(id)).map(({ note }) => note) : [area.note];
  const sum = area.members && isUnsure && area.is_subregion ? words.say(`certainty_${area.certainty.split(" ")[0]}`) : "";
  return [sum, ...own].filter(Boolean).map((note) => make("p", { class: "warning" }, note));
}

function drawMembers({ data, words, area, onArea }) {
  if (area.members.length < 2) return [];
  const names = data.areas.municipality.filter(({ id }) => area.members.includes(id));
  return [make("p", { class: "at-members" }, `${words.say("members_of")}: `,
    ...names.flatMap(({ id, name }, at) => [make("span", {}, button(name, () => onArea("municipality", id), { class: "link" }), at < names.length - 1 ? "," : ""), " "]))];
}

function drawFigures(context) {
  const { data, figures, words, kind, area } = context;
  const known = data.indicators.filter((one) => one.group !== "climate" && figures.series(one.key, kind, area.id).length);
  const rows = (isAside) => known.filter((one) => one.is_aside === isAside).map((one) => drawFigure(one, context));
  const aside = rows(true);
  return [
    make("h3", {}, words.say("key_figures")),
    make("ul", { class: "at-figures" }, ...rows(false)),
    aside.length ? make("details", { class: "section" }, make("summary", {}, words.say("more_figures")), make("ul", { class: "at-figures" }, ...aside)) : "",
  ];
}

function drawFigure(indicator, { data, figures, words, telling, kind, area, year }) {
  const points = figures.series(indicator.key, kind, area.id);
  const shown = figures.last(indicator.key, kind, area.id, year) ?? points.at(-1);
  const place = figures.place(indicator.key, kind, area.id, shown.year);
  const isAlone = data.areas[kind].length < 2;
  const part = kind === "municipality" ? partOf(area, data) : null;
  const against = part && part.members.length > 1 ? [["subregion", part.id]] : [];
  const compared = [...against, ["region", data.areas.region[0].id]]
    .map(([other, id]) => [other, figures.value(indicator.key, other, id, shown.year)])
    .filter(([, value]) => value !== null && indicator.key !== "population_share")
    .map(([other, value]) => make("span", {}, `${words.say(`compare_${other}`)} ${telling.bare(value, indicator)}`));
  const tell = (value) => telling.bare(value, indicator);
  return make("li", {},
    make("span", { class: "name" }, indicator.name, " ", make("small", {}, String(shown.year))),
    make("strong", {}, telling.full(shown.value, indicator)),
    points.length > 1 ? sparkline(points, tellTrend(indicator, points, tell, words)) : make("span", { class: "note" }, words.say("single_year", { year: shown.year })),
    make("span", { class: "against" }, place && !isAlone ? make("span", {}, words.say("rank_of", place)) : "", ...compared),
    points.length > 1 ? yearTable(points, { caption: `${indicator.name}, ${area.name}`, head: indicator.unit || words.say("col_value"), tell, words }) : "");
}

export function tellTrend({ name }, points, tell, words) {
  const [first, last] = [points[0], points.at(-1)];
  return words.say("trend_label", { name, first_year: first.year, first: tell(first.value), last_year: last.year, last: tell(last.value) });
}

function drawCentres({ data, words, area, onArea }) {
  const centre = data.centres.find(({ id }) => id === area.id);
  if (!centre) return [];
  const link = linkCentres(data, onArea);
  const rows = centre.near.map(([id, minutes]) => make("li", {}, link(id), make("span", {}, words.say("minutes", { minutes: words.number(minutes) }))));
  const larger = centre.larger === null ? (centre.rank === 1 ? words.say("largest") : "")
    : words.say("larger", { name: nameCentre(data, centre.larger), minutes: words.number(centre.larger_minutes) });
  return [
    make("h3", {}, words.say("near_centres")),
    rows.length ? make("ol", { class: "at-near" }, ...rows) : make("p", {}, words.say("near_none")),
    larger ? make("p", {}, larger) : "",
    make("p", { class: "note" }, words.say("near_note")),
  ];
}

export function nameCentre(data, id) {
  return data.centres.find((one) => one.id === id)?.name ?? id;
}

// Where the atlas is of one subregion, centres outside it have no card.
export function linkCentres(data, onArea) {
  const known = new Set(data.areas.municipality.map(({ id }) => id));
  return (id) => (known.has(id) ? button(nameCentre(data, id), () => onArea("municipality", id), { class: "link" }) : make("span", {}, nameCentre(data, id)));
}

function drawBalance({ data, words, area }) {
  const own = data.balance.filter((one) => one.kind === "subregion" && one.area === area.id);
  if (!own.length || area.members.length < 2) return [];
  const missing = own.find(({ values, note }) => note && values.every((value) => value === null));
  return [make("details", { class: "section" }, make("summary", {}, words.say("balance_subregion")),
    missing ? make("p", {}, data.notes[missing.note] ?? missing.note) : drawIndices(own, words))];
}

export function tellCoverage({ data, figures, words, members, year }) {
  const has = members.filter((id) => figures.value("emissions_total", "municipality", id, year) !== null);
  const people = (ids) => ids.reduce((sum, id) => sum + (figures.last("population", "municipality", id, year)?.value ?? 0), 0);
  const values = { known: words.number(has.length), all: words.number(members.length), share: words.share(people(has) / (people(members) || 1)) };
  return has.length === members.length ? words.say("climate_whole", values) : words.say("climate_coverage", values);
}

function drawClimate(context) {
  const { data, figures, words, telling, kind, area } = context;
  const total = figures.indicator("emissions_total");
  if (!total) return [];
  const known = data.indicators.filter((one) => one.group === "climate" && !one.is_share && figures.series(one.key, kind, area.id).length);
  const members = area.members ?? [area.id];
  const year = lastKnownYear(data, figures, members);
  const heading = make("h3", {}, words.say("climate"));
  const coverage = members.length > 1 ? make("p", {}, tellCoverage({ data, figures, words, members, year: year ?? total.years.at(-1) })) : "";
  if (!known.length) return [heading, coverage || make("p", {}, words.say("climate_none")), ...drawKnown(context, members, year)];
  const main = known.filter(({ key }) => !isSector(key));
  const sectors = known.filter(({ key }) => isSector(key)).map((one) => [one, figures.last(one.key, kind, area.id)]);
  sectors.sort(([, one], [, other]) => other.value - one.value);
  return [heading, coverage,
    make("ul", { class: "at-figures" }, ...main.map((one) => drawFigure(one, context))),
    make("details", { class: "section" }, make("summary", {}, words.say("col_sector")),
      make("ul", { class: "at-near" }, ...sectors.map(([one, last]) => make("li", {}, make("span", {}, `${one.name}, ${last.year}`), make("span", {}, telling.full(last.value, one)))))),
  ];
}

const isSector = (key) => !/^emissions_(total|per_inhabitant|change)/.test(key);

export function lastKnownYear(data, figures, members) {
  const total = figures.indicator("emissions_total");
  return [...total.years].reverse().find((year) => members.some((id) => figures.value("emissions_total", "municipality", id, year) !== null)) ?? null;
}

// Those of a larger area that have figures, each for itself.
function drawKnown({ data, figures, words, telling, onArea }, members, year) {
  const total = figures.indicator("emissions_total");
  const rows = members.map((id) => [id, figures.value("emissions_total", "municipality", id, year)]).filter(([, value]) => value !== null);
  if (members.length < 2 || !rows.length) return [];
  const names = new Map(data.areas.municipality.map(({ id, name }) => [id, name]));
  return [make("ul", { class: "at-near" }, ...rows.map(([id, value]) => make("li", {},
    button(`${names.get(id)}, ${year}`, () => onArea("municipality", id), { class: "link" }), make("span", {}, telling.full(value, total)))))];
}

// Indicators others have and this one lacks, and why.
function drawUnknown({ data, figures, words, kind, area }) {
  const lacking = data.indicators.filter((one) => !one.is_share && one.group !== "climate" && !figures.series(one.key, kind, area.id).length);
  if (!lacking.length) return [];
  const told = lacking.map((one) => [one.name, data.notes[figures.noteOf(one.key, kind, area.id, one.years.at(-1))] ?? ""]);
  const whole = kind === "subregion" && told.every(([, note]) => !note);
  const lines = whole ? [make("p", {}, words.say("not_known_kind", { names: told.map(([name]) => name).join("; ") }))]
    : [make("ul", { class: "at-plain" }, ...told.map(([name, note]) => make("li", {}, note ? `${name}: ${note}` : name)))];
  return [make("h3", {}, words.say("not_known")), ...lines];
}
