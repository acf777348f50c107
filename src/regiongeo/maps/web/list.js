// The ranked list: everything the map says about sites, for keyboard and screen reader too.
import { CHOSEN } from "./colours.js";
import { isRated } from "./data.js";
import { button, fillText, lay, make, putText } from "./dom.js";
import { chips } from "./energy.js";
import { isPinned } from "./pins.js";
import { swatch } from "./symbols.js";

// What is laid out at each move of a slider; the others are one press away.
const FIRST = 60;
const STAR = { shape: "star", radius: 7, fillColor: CHOSEN };

export function makeList(data, words, { onSelect }) {
  const list = document.getElementById("list");
  const rows = new Map(data.sites.map((site) => [site, drawRow(site, words, onSelect)]));
  const none = make("li", { class: "none" }, words.say("list_empty"));
  const more = make("li", { class: "more" }, button("", toggle, { id: "list-more", tabindex: "-1" }));
  let stop = null;
  let isWhole = false;
  let last = [[]];
  list.addEventListener("keydown", onKey);

  function onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...list.querySelectorAll("button")];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (next) stand(next);
  }

  // Tab stops at one row of the list.
  function stopAt(face) {
    if (face === stop) return;
    stop?.setAttribute("tabindex", "-1");
    face?.setAttribute("tabindex", "0");
    stop = face;
  }

  function stand(face) {
    stopAt(face);
    face.focus();
  }

  function unfold() {
    isWhole = true;
    show(...last);
  }

  // The focus goes on to the first row that was not there.
  function toggle() {
    if (isWhole) {
      isWhole = false;
      show(...last);
      stand(list.querySelector("button"));
    } else {
      const known = new Set(list.children);
      unfold();
      stand([...list.children].find((row) => !known.has(row)).firstChild);
    }
  }

  // `struck`: sites that hard limits strike out, with the reason; they come last. `drawn`: what the table has
  // drawn, best first, each before the first site that scores less.
  function show(sites, struck = new Map(), drawn = []) {
    last = [sites, struck, drawn];
    const isLong = sites.length > FIRST;
    const told = isLong && !isWhole ? sites.filter((site, at) => at < FIRST || site.gain || site.offers || struck.has(site)) : sites;
    const shown = mix(told, struck, drawn);
    if (isLong) shown.push(more);
    more.firstChild.textContent = isWhole ? words.say("list_first", { count: words.number(FIRST) }) : words.say("list_all", { all: words.number(sites.length) });
    const held = document.activeElement;
    lay(list, shown.length ? shown : [none]);
    // What is moved loses the focus.
    if (held !== document.activeElement && held.isConnected) held.focus({ preventScroll: true });
    stopAt(held !== stop || !stop?.isConnected ? shown[0]?.firstChild ?? null : stop);
    const numbers = { shown: words.number(sites.length), all: words.number(data.sites.length) };
    fillText("count", `(${words.say("count", numbers)})`);
  }

  function mix(sites, struck, drawn) {
    const waiting = [...drawn];
    return sites.flatMap((site) => {
      const ends = struck.has(site) || !isRated(site);
      const before = [];
      while (waiting.length && (ends || waiting[0].score > site.score)) before.push(drawProvisional(waiting.shift(), words));
      rows.get(site).tell(struck.get(site));
      return [...before, rows.get(site).item];
    }).concat(waiting.map((one) => drawProvisional(one, words)));
  }

  return {
    show,
    focus(site) {
      const row = rows.get(site)?.item;
      if (last[0].includes(site) && !row.isConnected) unfold();
      if (row?.isConnected) stand(row.firstChild);
      else document.getElementById("results").focus();
    },
  };
}

// A row and how to tell anew what moves with the weights.
function drawRow(site, words, onSelect) {
  const [rank, points, details, moved] = ["", "points", "details", "moved"].map((name) => make("span", { class: name }));
  const face = make(
    "button",
    { type: "button", tabindex: "-1", "data-id": site.id },
    rank,
    make("span", { class: "name" }, site.name, site.gain ? star(words) : "", ...(site.offers ? [" ", ...chips(site.offers, words)] : []), moved),
    points,
    details,
  );
  face.addEventListener("click", () => onSelect(site));
  const item = make("li", {}, face);

  let places = 0;
  function tell(strikes) {
    rank.className = isPinned(site) && !strikes ? "pin small" : "number";
    putText(rank, isRated(site) && !strikes ? String(site.rank) : "–");
    putText(points, isRated(site) ? words.points(site.score) : "–");
    putText(details, strikes ? words.say("struck", { reason: strikes }) : describe(site, words));
    const now = strikes ? 0 : site.moved ?? 0;
    if (now !== places) moved.replaceChildren(...drawMove(now, words));
    places = now;
    item.classList.toggle("struck", Boolean(strikes));
  }

  return { item, tell };
}

function drawProvisional({ name, score, rank, reason, onOpen }, words) {
  const face = make("button", { type: "button", tabindex: "-1" },
    make("span", { class: "number" }, `≈${rank}`),
    make("span", { class: "name" }, name),
    make("span", { class: "points" }, words.points(score)),
    make("span", { class: "details" }, [words.say("provisional_row"), reason].filter(Boolean).join(" · ")));
  face.addEventListener("click", onOpen);
  return make("li", { class: "provisional" }, face);
}

function drawMove(moved, words) {
  if (!moved) return [];
  const text = words.say(moved > 0 ? "moved_up" : "moved_down", { places: words.number(Math.abs(moved)) });
  return [make("span", { class: moved > 0 ? "up" : "down", "aria-hidden": "true", title: text }, `${moved > 0 ? "▲" : "▼"}${Math.abs(moved)}`),
    make("span", { class: "hidden" }, text)];
}

function star(words) {
  const picture = swatch(STAR, { width: 20, height: 18 });
  return make("span", { class: "star", title: words.say("in_portfolio") }, picture,
    make("span", { class: "hidden" }, words.say("in_portfolio")));
}

// Never broken over two lines.
const whole = (text) => text.replaceAll(" ", "\u00a0");

function describe(site, words) {
  if (!isRated(site)) return [site.subregion, words.say("not_rated")].filter(Boolean).join(" · ");
  const range = site.rank_low === null ? "" : words.say("rank_range", { range: words.range(site.rank_low, site.rank_high) });
  const top = `${words.say("top5").toLowerCase()}: ${words.percent(site.top5_share)}`;
  return [site.subregion, whole(range), whole(top)].filter(Boolean).join(" · ");
}
