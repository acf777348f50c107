// One search box over sites, municipalities and places.
import { decodeLines, decodePoint } from "./data.js";
import { make } from "./dom.js";
import { findHits, fold } from "./match.js";
import { showArea, showPlace } from "./view.js";

const MOST = 10;

export function connectSearch(data, words, { map, announce, onSite }) {
  connectBox(buildIndex(data), words, { announce, onHit: go });

  function go(hit) {
    if (hit.kind === "site") onSite(hit.target);
    else if (hit.kind === "place") showPlace(map, decodePoint(hit.target.at, data.scale), 12);
    else showArea(map, decodeLines(hit.target.rings, data.scale).flat(), { maxZoom: 12 });
  }
}

// The box over any index of {kind, name, target}, see `makeIndex`.
export function connectBox(index, words, { announce, onHit }) {
  const box = document.getElementById("search");
  const list = document.getElementById("search-hits");
  let hits = [];
  let active = -1;

  box.addEventListener("input", () => open(findHits(index, box.value)));
  box.addEventListener("keydown", onKey);
  box.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault());

  function open(found) {
    hits = found.slice(0, MOST);
    active = -1;
    const asked = box.value.trim() !== "";
    const none = make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, words.say("search_none"));
    list.replaceChildren(...(hits.length || !asked ? hits.map(drawHit) : [none]));
    list.hidden = !asked;
    box.setAttribute("aria-expanded", String(asked));
    box.removeAttribute("aria-activedescendant");
    if (asked) announce(words.say("search_count", { count: words.number(found.length) }));
  }

  function drawHit(hit, at) {
    const item = make("li", { role: "option", id: `hit-${at}`, "aria-selected": "false" });
    item.append(make("span", {}, hit.name), make("small", {}, words.say(`hit_${hit.kind}`)));
    item.addEventListener("click", () => go(hit));
    return item;
  }

  function onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && hits.length) {
      event.preventDefault();
      point((active + step + hits.length) % hits.length);
    } else if (event.key === "Enter" && hits.length) {
      go(hits[Math.max(active, 0)]);
    } else if (event.key === "Escape") {
      box.value = "";
      close();
    }
  }

  function point(at) {
    active = at;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    list.children[at].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", `hit-${at}`);
  }

  function close() {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
  }

  function go(hit) {
    close();
    box.value = hit.name;
    onHit(hit);
  }
}

function buildIndex(data) {
  const entries = [
    ...data.municipalities.map((target) => ({ kind: "municipality", target, name: target.name })),
    ...data.places.map((target) => ({ kind: "place", target, name: target.name })),
    ...data.sites.map((target) => ({ kind: "site", target, name: target.name, id: target.id })),
  ];
  return makeIndex(entries);
}

export function makeIndex(entries) {
  return entries.map((entry, order) => ({ ...entry, order, folded: fold(entry.id ? `${entry.name} ${entry.id}` : entry.name) }));
}
