// The card of a proposal: name, place, provisional score, what the table means, and what may be done with it.
import { button, make } from "../dom.js";
import { insideOf } from "./geometry.js";
import { LIMITS } from "./limits.js";
import { areaOfGeometry, writeArea, writePlace } from "./measure.js";
import { drawOpinion, sumUp } from "./notes.js";
import { cleanLine, cutTo } from "./texts.js";

export function drawProposalCard(record, words, { score, criteria, onBack, onChange, onRedraw, onRemove }) {
  const title = make("h2", { tabindex: "-1" }, record.navn || words.say("ws_unnamed"));
  return [
    drawBack(words, onBack),
    title,
    ...drawFigures(record, score, criteria, words),
    ...drawName(record, words, (navn) => {
      title.textContent = navn || words.say("ws_unnamed");
      onChange({ navn }, "name");
    }),
    drawOpinion(record, words, onChange),
    make("div", { class: "ws-buttons" },
      button(words.say(record.geometry.type === "Point" ? "ws_move" : "ws_redraw"), onRedraw),
      button(words.say("ws_remove"), onRemove)),
  ];
}

// A proposal of another table is read, not changed.
export function drawForeignCard({ table, record }, words, { onBack }) {
  return [
    drawBack(words, onBack),
    make("h2", { tabindex: "-1" }, record.navn || words.say("ws_unnamed")),
    make("p", {}, words.say("ws_by_table", { table })),
    ...drawFigures(record, record.provisional === null ? null : { score: record.provisional }, [], words),
    make("p", {}, sumUp(record, words)),
    record.notat ? make("blockquote", {}, record.notat) : "",
  ].filter(Boolean);
}

function drawBack(words, onBack) {
  return make("div", { class: "bar" }, button(`← ${words.say("ws_back")}`, onBack, { class: "back" }));
}

function drawFigures({ geometry }, score, criteria, words) {
  const area = areaOfGeometry(geometry);
  const isRated = score && Number.isFinite(score.score);
  const place = isRated && score.rank ? ` (${words.say("ws_rank", { rank: words.number(score.rank) })})` : "";
  const rated = isRated ? words.say("points", { points: words.points(score.score) }) + place : words.say("ws_no_score");
  const missing = (score?.missing ?? []).map((one) => criteria.find(({ key }) => key === one)?.name ?? String(one));
  return [
    make("p", {}, make("strong", {}, `${words.say("ws_provisional")}: `), rated),
    score?.struck ? make("p", { class: "warning" }, words.say("ws_struck", { reason: words.say(`reason_${score.struck}`) })) : "",
    missing.length ? make("p", { class: "warning" }, words.say("ws_missing", { names: missing.join(", ") })) : "",
    area === null ? "" : make("p", {}, writeArea(area, words)),
    make("p", { class: "note" }, writePlace(insideOf(geometry), words)),
  ].filter(Boolean);
}

function drawName({ navn }, words, onName) {
  const field = make("input", { id: "ws-proposal-name", type: "text", maxlength: String(LIMITS.name), autocomplete: "off" });
  field.value = navn;
  field.addEventListener("input", () => onName(cutTo(cleanLine(field.value), LIMITS.name)));
  return [make("label", { for: "ws-proposal-name", class: "ws-label" }, words.say("ws_name")), field];
}
