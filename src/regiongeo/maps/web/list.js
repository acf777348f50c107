// The ranked list: everything the map says about sites, for keyboard and screen reader too.
import { CHOSEN } from "./colours.js";
import { isRated } from "./data.js";
import { fillText, make } from "./dom.js";
import { chips } from "./energy.js";
import { isPinned } from "./pins.js";
import { swatch } from "./symbols.js";

const STAR = { shape: "star", radius: 7, fillColor: CHOSEN };

export function makeList(data, words, { onSelect }) {
  const list = document.getElementById("list");
  const rows = new Map(data.sites.map((site) => [site, drawRow(site, words, onSelect)]));
  list.addEventListener("keydown", onKey);

  function onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...list.querySelectorAll("button")];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (next) stand(next);
  }

  function stand(button) {
    list.querySelectorAll("button").forEach((one) => one.setAttribute("tabindex", one === button ? "0" : "-1"));
    button.focus();
  }

  return {
    show(sites) {
      const shown = sites.map((site) => rows.get(site));
      shown.forEach((row, at) => row.firstChild.setAttribute("tabindex", at ? "-1" : "0"));
      list.replaceChildren(...(shown.length ? shown : [make("li", { class: "none" }, words.say("list_empty"))]));
      const numbers = { shown: words.number(sites.length), all: words.number(data.sites.length) };
      fillText("count", `(${words.say("count", numbers)})`);
    },
    focus(site) {
      const row = rows.get(site);
      if (row?.isConnected) stand(row.firstChild);
      else document.getElementById("results").focus();
    },
  };
}

function drawRow(site, words, onSelect) {
  const face = make(
    "button",
    { type: "button", tabindex: "-1", "data-id": site.id },
    make("span", { class: isPinned(site) ? "pin small" : "number" }, isRated(site) ? String(site.rank) : "–"),
    make("span", { class: "name" }, site.name, site.gain ? star(words) : "", ...(site.offers ? [" ", ...chips(site.offers, words)] : [])),
    make("span", { class: "points" }, isRated(site) ? words.points(site.score) : "–"),
    make("span", { class: "details" }, describe(site, words)),
  );
  face.addEventListener("click", () => onSelect(site));
  return make("li", {}, face);
}

function star(words) {
  const picture = swatch(STAR, { width: 20, height: 18 });
  return make("span", { class: "star", title: words.say("in_portfolio") }, picture,
    make("span", { class: "hidden" }, words.say("in_portfolio")));
}

function describe(site, words) {
  if (!isRated(site)) return [site.subregion, words.say("not_rated")].filter(Boolean).join(" · ");
  const range = words.say("rank_range", { range: words.range(site.rank_low, site.rank_high) });
  const top = `${words.say("top5").toLowerCase()}: ${words.percent(site.top5_share)}`;
  return [site.subregion, range, top].filter(Boolean).join(" · ");
}
