// Two scenarios side by side in words: how the plans fare, which sites they share, and whose rank moves.
import { button, make } from "../dom.js";
import { chip, chips } from "../energy.js";
import { isRated } from "../data.js";
import { filterRows, FIRST, pairSites, sortRows, summarise } from "./changes.js";
import { isSameRanking, rankReasons, tellReasons } from "./reasons.js";

const FILTERS = ["first", "plan", "all"];

// `choice`: { filter, order }, kept by who opens the table.
export function drawTable(left, right, words, { choice, onClose, onSite, onSave, onChoice }) {
  const rows = pairSites(left.data.sites, right.data.sites);
  const found = summarise(rows);
  const reasons = rankReasons(left.data, right.data);
  const [one, other] = [left.name, right.name];
  const filter = make("select", { id: "cmp-filter" }, ...FILTERS.map((key) => new Option(words.say(`cmp_filter_${key}`, { first: 2 * FIRST }), key)));
  filter.value = choice.filter;
  filter.addEventListener("change", () => onChoice({ ...choice, filter: filter.value }));
  const shown = sortRows(filterRows(rows, choice.filter), choice.order);
  return [
    make("div", { class: "bar" }, button(`← ${words.say("back")}`, onClose, { class: "back" }),
      button(words.say("cmp_save"), () => onSave(rows))),
    make("h2", { tabindex: "-1" }, words.say("cmp_heading")),
    make("p", {}, words.say("cmp_sides", { left: one, right: other })),
    make("p", { class: "note" }, words.say(left.data.isGiven ? "cmp_own_weights" : "cmp_same_weights")),
    make("p", { class: "cmp-told" }, tellMoved(found, words)),
    make("p", { class: "cmp-told" }, [tellReasons(reasons, words), tellCounted(reasons, right, words)].filter(Boolean).join(" ")),
    ...tell(found, one, other, words).map((text) => make("p", {}, text)),
    ...drawAsked(right.versus?.asked ?? [], reasons, words),
    make("h3", {}, words.say("cmp_portfolio")),
    drawPortfolios(left, right, words),
    ...tellPlans(right.versus?.plans ?? null, one, other, words).map((text) => make("p", { class: "cmp-told" }, text)),
    ...drawShared(found, one, other, words, onSite),
    make("h3", {}, words.say("cmp_ranks")),
    make("div", { class: "weigh-line" }, make("label", { for: "cmp-filter" }, words.say("cmp_show")), filter),
    drawRanks(shown, words, { order: choice.order, onOrder: (order) => onChoice({ ...choice, order }), onSite }),
  ];
}

function tellMoved({ moved, ranked }, words) {
  return moved ? words.say("cmp_moved", { moved: words.number(moved), ranked: words.number(ranked) }) : words.say("cmp_none_moved");
}

function tell({ kept, lacking }, one, other, words) {
  return [
    words.say("cmp_kept", { kept, first: FIRST }),
    lacking.right ? words.say("cmp_lacking", { count: words.number(lacking.right), name: other }) : "",
    lacking.left ? words.say("cmp_lacking", { count: words.number(lacking.left), name: one }) : "",
  ].filter(Boolean);
}

// Scenarios of two years are often thought to be ranked by two traffics.
function tellCounted(reasons, { data: { criteria }, versus }, words) {
  const traffic = criteria.find(({ key }) => key === "passing_trucks");
  if (!traffic || !versus?.counted_year || !isSameRanking(reasons)) return "";
  return words.say("cmp_counted", { name: traffic.name, year: String(versus.counted_year) });
}

// What the scenarios ask differently, in the words of the report.
function drawAsked(rows, reasons, words) {
  if (!rows.length) return [];
  const head = ["cmp_setting", "cmp_left", "cmp_right"].map((key) => make("th", { scope: "col" }, words.say(key)));
  return [
    make("h3", {}, words.say("cmp_asked")),
    isSameRanking(reasons) ? make("p", { class: "note" }, words.say("cmp_asked_apart")) : "",
    make("table", { class: "cmp-table cmp-asked" },
      make("caption", { class: "hidden" }, words.say("cmp_asked")),
      make("thead", {}, make("tr", {}, ...head)),
      make("tbody", {}, ...rows.map(([name, ...values]) => make("tr", {},
        make("th", { scope: "row" }, name), ...values.map((value) => make("td", {}, value)))))),
  ].filter(Boolean);
}

// What the plan of each scenario would serve in the other, where nothing is chosen anew.
export function tellPlans(plans, left, right, words) {
  if (plans === null) return [];
  const percent = (share) => (share === null ? "–" : `${words.number(100 * share, 1)}\u00a0%`);
  const tellOne = (key, { own, other, lacking }, name) => [
    words.say(key, { name, trips: percent(other[0]), km: percent(other[1]), own_trips: percent(own[0]), own_km: percent(own[1]) }),
    lacking ? words.say("cmp_plan_lacking", { name, count: words.number(lacking) }) : "",
  ].filter(Boolean).join(" ");
  return [tellOne("cmp_left_plan", plans.right, right), tellOne("cmp_right_plan", plans.left, left)];
}

function drawPortfolios(left, right, words) {
  const energies = [...new Set([left, right].flatMap(({ data }) => (data.plan?.energies ?? []).map(({ energy }) => energy)))];
  const service = ({ data }, energy) => data.plan?.energies.find((row) => row.energy === energy) ?? null;
  const tellService = (row) => (row === null || row.served_share === null ? "–"
    : words.say("cmp_service", { share: words.share(row.served_share), sites: words.number(row.sites) }));
  const both = (cell) => [left, right].map((side) => make("td", {}, cell(side)));
  const head = (text, ...picture) => make("th", { scope: "row" }, ...picture, " ", text);
  const rows = [
    make("tr", {}, head(words.say("cmp_stations")), ...both(({ data }) => (data.plan ? words.number(data.plan.size) : "–"))),
    ...energies.map((energy) => make("tr", {}, head(words.say(`energy_${energy}`), chip(energy, words)), ...both((side) => tellService(service(side, energy))))),
    make("tr", {}, head(words.say("cmp_coverage")), ...both(({ data: { portfolio } }) => (portfolio.covered_share === null ? "–" : words.percent(portfolio.covered_share)))),
  ];
  return make("table", { class: "cmp-table" },
    make("caption", { class: "hidden" }, words.say("cmp_portfolio")),
    make("thead", {}, make("tr", {}, make("td"), ...["left", "right"].map((side) => make("th", { scope: "col" }, words.say(`cmp_${side}`))))),
    make("tbody", {}, ...rows));
}

function drawShared(found, one, other, words, onSite) {
  const names = { both: words.say("cmp_both"), left: words.say("cmp_only", { name: one }), right: words.say("cmp_only", { name: other }) };
  const shown = Object.entries(names).filter(([place]) => found[place].length);
  if (!shown.length) return [];
  return [make("dl", { class: "cmp-shared" }, ...shown.flatMap(([place, name]) => [
    make("dt", {}, `${name} (${words.number(found[place].length)})`),
    make("dd", {}, ...found[place].map((row) => make("span", {}, linkTo(row, onSite), " ", ...chips((row.right ?? row.left).offers ?? row.left.offers, words)))),
  ]))];
}

function linkTo(row, onSite) {
  return button(row.name, () => onSite(row), { class: "link", "data-id": row.id });
}

function drawRanks(rows, words, { order, onOrder, onSite }) {
  const head = (key, text) => make("th", { scope: "col", "aria-sort": order === key ? "ascending" : "none" },
    button(text, () => onOrder(key), { class: "link", "data-order": key, "aria-pressed": String(order === key) }));
  const body = rows.map((row) => make("tr", {},
    make("th", { scope: "row" }, linkTo(row, onSite)),
    make("td", {}, tellRank(row.left, words)), make("td", {}, tellRank(row.right, words)),
    make("td", {}, ...drawChange(row.change, words))));
  return make("table", { class: "cmp-table cmp-ranks" },
    make("caption", { class: "hidden" }, words.say("cmp_ranks")),
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, words.say("cmp_site")),
      head("left", words.say("cmp_left")), head("right", words.say("cmp_right")), head("change", words.say("cmp_change")))),
    make("tbody", {}, ...(body.length ? body : [make("tr", {}, make("td", { colspan: 4 }, words.say("list_empty")))])));
}

export function tellRank(site, words) {
  return site !== null && isRated(site) ? words.number(site.rank) : "–";
}

function drawChange(change, words) {
  if (change === null) return ["–"];
  if (change === 0) return [words.say("cmp_same")];
  const text = words.say(change > 0 ? "moved_up" : "moved_down", { places: words.number(Math.abs(change)) });
  return [make("span", { class: change > 0 ? "up" : "down", "aria-hidden": "true" }, `${change > 0 ? "▲" : "▼"} ${Math.abs(change)}`),
    make("span", { class: "hidden" }, text)];
}
