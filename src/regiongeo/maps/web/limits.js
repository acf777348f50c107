// Hard limits of the meeting: switches that strike out sites whose checklist says "not met", with the figure.
import { make } from "./dom.js";
import { writeFigure } from "./plancard.js";

const NOT_MET = "not_met";

// The items of the checklist that some site does not meet, in the order of the checklist.
export function findLimits(data) {
  const rows = data.checklist_rows ?? [];
  return [...new Set(rows.filter(([, status]) => status === NOT_MET).map(([item]) => item))];
}

// Why a site is struck out under these limits: rows of its checklist; none where it stands.
export function strikesOf(site, limits, data) {
  if (!limits.size) return [];
  return (site.card?.checklist ?? []).map((at) => data.checklist_rows[at])
    .filter(([item, status]) => status === NOT_MET && limits.has(item));
}

export function tellStrikes(rows, words) {
  return rows.map(([item, , value, unit, needed]) => {
    const figure = value === undefined ? "" : writeFigure(value, unit, words);
    const against = needed === null || needed === undefined ? "" : writeFigure(needed, unit, words);
    const name = words.say(`check_${item}`);
    return against ? words.say("struck_by", { name, value: figure, needed: against }) : name;
  }).join("; ");
}

// `onLimit` gets the set of limits switched on; `first` are those on from the start. Returns that set.
export function connectLimits(data, words, { onLimit, first = [] }) {
  const place = document.getElementById("limits");
  const found = findLimits(data);
  place.hidden = !found.length;
  const on = new Set(first.filter((item) => found.includes(item)));
  place.querySelector("div").append(...found.map((item) => {
    const count = data.sites.filter((site) => strikesOf(site, new Set([item]), data).length).length;
    const box = make("input", { type: "checkbox", checked: on.has(item) });
    box.addEventListener("change", () => {
      on[box.checked ? "add" : "delete"](item);
      onLimit(on);
    });
    return make("label", { class: "check" }, box,
      make("span", {}, words.say(`check_${item}`), " ", make("span", { class: "count" }, words.say("strikes", { count: words.number(count) }))));
  }));
  return on;
}
