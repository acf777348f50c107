// What the tables of a workshop proposed and said, on the map of their result.
import L from "leaflet";
import { INK } from "../colours.js";
import { decodeLines, decodePoint } from "../data.js";
import { make, tooltip } from "../dom.js";
import { isPinned } from "../pins.js";
import { symbol } from "../symbols.js";

const MOST = 3;
const TABLES = { 1: "#5ec962", 2: "#21918c", 3: "#440154" };
// Each verdict has a shape of its own beside its colour.
const VERDICTS = {
  aktuell: { shape: "circle", color: "#0072b2" },
  undersok: { shape: "triangle", color: "#b87700" },
  disputed: { shape: "diamond", color: "#d55e00" },
  uaktuell: { shape: "cross", color: "#4d4d4d" },
  unmarked: { shape: "circle", color: "#8a8a86" },
};
const PLACE_STYLE = { color: TABLES[3], weight: 3, dashArray: [8, 5], fill: false, interactive: false };
// Wide enough to be seen around the site's own dot or pin.
const AROUND_DOT = 13;
const AROUND_PIN = 21;

export function drawCollected(data, words, { onSelect }) {
  const { proposals, places, opinions } = data.collected;
  const siteOf = new Map(data.sites.map((site) => [site.id, site]));
  const proposalOf = new Map(proposals.map((one) => [one.id, one]));
  const opinionOf = new Map(opinions.map((one) => [one.id, one]));
  const choose = ({ sourceTarget: { options } }) => siteOf.has(options.one.id) && onSelect(siteOf.get(options.one.id));
  const radius = (one) => (siteOf.has(one.id) && isPinned(siteOf.get(one.id)) ? AROUND_PIN : AROUND_DOT);

  const drawn = proposals.flatMap((one) => {
    const style = { ...proposalStyle(tablesOf(one)), one };
    return [
      ...(one.rings.length ? [L.polygon(decodeLines(one.rings, data.scale), style)] : []),
      symbol(decodePoint(one.at, data.scale), { ...style, shape: "square", radius: radius(one) }),
    ];
  });
  const shared = places.map(({ rings }) => L.polygon(decodeLines(rings, data.scale), PLACE_STYLE));
  const told = opinions.map((one) =>
    symbol(decodePoint(one.at, data.scale), { ...verdictStyle(one.verdict), radius: radius(one), one }));

  return {
    layers: [
      {
        key: "layer_collected", on: true, level: 8, legend: legendOfProposals(proposals, places, words),
        group: L.featureGroup([...shared, ...drawn]).bindTooltip(({ options: { one } }) => describeProposal(one, words)).on("click", choose),
      },
      {
        key: "layer_opinions", on: true, level: 9, legend: legendOfOpinions(opinions, words),
        group: L.featureGroup(told).bindTooltip(({ options: { one } }) => describeOpinion(one, words)).on("click", choose),
      },
    ],
    // Empty where no table said anything.
    section(site) {
      const said = opinionOf.get(site.id)?.said ?? [];
      const proposal = proposalOf.get(site.id);
      if (!said.length && !proposal) return "";
      return make("section", { class: "collected" }, make("h3", {}, words.say("cl_said")),
        ...(proposal ? tellProposal(proposal, words).map((line) => make("p", {}, line)) : []),
        said.length ? make("ul", {}, ...said.map((one) => make("li", {}, make("strong", {}, one.table), `: ${tell(one, words)}`))) : "");
    },
  };
}

function tablesOf(proposal) {
  return Math.min(proposal.place_tables, MOST);
}

function proposalStyle(tables) {
  return { color: INK, weight: 1 + tables, fillColor: TABLES[tables], fillOpacity: 0.5 };
}

function verdictStyle(verdict) {
  const { shape, color } = VERDICTS[verdict];
  return { shape, color, weight: 4, fillColor: color, fillOpacity: 0.18 };
}

function legendOfProposals(proposals, places, words) {
  const rows = Object.keys(TABLES).map((tables) => ({
    style: { ...proposalStyle(Number(tables)), shape: "square", radius: 8 },
    text: words.say(`cl_tables_${tables}`),
    count: proposals.filter((one) => tablesOf(one) === Number(tables)).length,
  }));
  const shared = { style: PLACE_STYLE, text: words.say("cl_place"), count: places.length };
  return [...rows.reverse(), shared].filter(({ count }) => count > 0);
}

function legendOfOpinions(opinions, words) {
  return Object.keys(VERDICTS).map((verdict) => ({
    style: { ...verdictStyle(verdict), radius: 8 },
    text: words.say(`cl_verdict_${verdict}`),
    count: opinions.filter((one) => one.verdict === verdict).length,
  })).filter(({ count }) => count > 0);
}

function describeProposal(one, words) {
  return tooltip(one.name.trim() || words.say("cl_unnamed"), ...tellProposal(one, words));
}

function tellProposal(one, words) {
  return [
    words.say("cl_proposed", one),
    one.place_by ? words.say("cl_same_place", { tables: one.place_by }) : "",
    one.table_rank === null ? "" : words.say("cl_table_rank", { rank: one.table_rank }),
    one.reason ? words.say("cl_struck", { reason: words.say(`reason_${one.reason}`) }) : "",
    tell(one, words),
  ].filter(Boolean);
}

function describeOpinion(one, words) {
  const lines = one.said.map((said) => `${said.table}: ${tell(said, words)}`);
  return tooltip(one.name ?? one.id, words.say(`cl_verdict_${one.verdict}`), ...lines);
}

// Mark, votes and note of one table.
function tell({ mark, votes, note }, words) {
  const parts = [mark ? words.say(`cl_verdict_${mark}`) : "", votes ? words.say("cl_votes", { votes }) : "", note ? `«${note}»` : ""];
  return parts.filter(Boolean).join(" · ");
}
