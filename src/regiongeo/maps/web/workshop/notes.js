// The part of a card where people say what they mean: mark, votes and note, the same for sites and proposals.
import { button, make } from "../dom.js";
import { LIMITS, MARKS } from "./limits.js";
import { cleanNote, cutTo, lengthOf } from "./texts.js";

export const SIGNS = { aktuell: "✓", undersok: "?", uaktuell: "✗" };

// `onChange(change, step)` gets what has changed of { merke, stemmer, notat }. Elements keep their state, so that
// typing is not disturbed.
export function drawOpinion({ merke, stemmer, notat }, words, onChange) {
  return make("section", { class: "ws-opinion", "aria-label": words.say("ws_opinion") },
    drawMarks(merke, words, (value) => onChange({ merke: value })),
    drawVotes(stemmer, words, (value) => onChange({ stemmer: value }, "votes")),
    ...drawNote(notat, words, (value) => onChange({ notat: value }, "note")));
}

function drawMarks(chosen, words, onMark) {
  const choices = [...MARKS, null].map((mark) => {
    const text = mark ? `${SIGNS[mark]} ${words.say(`ws_mark_${mark}`)}` : words.say("ws_mark_none");
    return [mark, button(text, () => choose(mark), { "data-mark": mark ?? "none" })];
  });
  const press = (mark) => choices.forEach(([one, face]) => face.setAttribute("aria-pressed", String(one === mark)));
  function choose(mark) {
    press(mark);
    onMark(mark);
  }
  press(chosen);
  return make("div", { class: "ws-marks", role: "group", "aria-label": words.say("ws_mark") },
    make("h3", {}, words.say("ws_mark")), ...choices.map(([, face]) => face));
}

function drawVotes(count, words, onVotes) {
  let votes = count;
  const shown = make("output", { class: "ws-count" }, words.number(votes));
  const fewer = button("−", () => step(-1), { "aria-label": words.say("ws_vote_less") });
  const more = button("+", () => step(1), { "aria-label": words.say("ws_vote_more") });
  const bound = () => {
    fewer.disabled = votes === 0;
    more.disabled = votes === LIMITS.votes;
  };
  function step(by) {
    votes = Math.min(Math.max(votes + by, 0), LIMITS.votes);
    shown.textContent = words.number(votes);
    bound();
    // A button that goes out of use would drop the focus on the floor.
    if (document.activeElement === document.body) (by > 0 ? fewer : more).focus();
    onVotes(votes);
  }
  bound();
  return make("div", { class: "ws-votes", role: "group", "aria-label": words.say("ws_votes") },
    make("h3", {}, words.say("ws_votes")), fewer, shown, more);
}

function drawNote(text, words, onNote) {
  const field = make("textarea", { id: "ws-note", rows: "3", "aria-describedby": "ws-note-count" });
  const counter = make("p", { id: "ws-note-count", class: "note" });
  const count = (length) => {
    counter.textContent = words.say("ws_note_count", { count: words.number(length), most: words.number(LIMITS.note) });
  };
  field.value = text;
  count(lengthOf(text));
  field.addEventListener("input", () => {
    const kept = cutTo(cleanNote(field.value), LIMITS.note);
    if (kept !== field.value) field.value = kept;
    count(lengthOf(kept));
    onNote(kept);
  });
  return [make("label", { for: "ws-note", class: "ws-label" }, words.say("ws_note")), field, counter];
}

// What other tables say of the same site: [{ table, record, at }], read only.
export function drawOthers(others, words) {
  if (!others.length) return "";
  const items = others.map(({ table, record }) => make("li", {}, make("strong", {}, table), ` ${sumUp(record, words)}`,
    record.notat ? make("blockquote", {}, record.notat) : ""));
  return make("section", { class: "ws-others" }, make("h3", {}, words.say("ws_other_tables")), make("ul", {}, ...items));
}

// Mark and votes in a few words.
export function sumUp({ merke, stemmer }, words) {
  const mark = merke ? `${SIGNS[merke]} ${words.say(`ws_mark_${merke}`)}` : "";
  return [mark, stemmer ? words.say("ws_votes_count", { count: words.number(stemmer) }) : ""].filter(Boolean).join(" · ");
}
