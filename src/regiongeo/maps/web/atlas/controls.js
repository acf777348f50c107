// What is shown: the indicator, the kind of area, and the year with its slider.
import { button, make } from "../dom.js";
import { nearestYear } from "./figures.js";

const STEP = 900;
const GROUPS = ["people", "access", "work", "other", "climate"];

// `choice`: {key, kind, year}; `onChoice` is called with the new one.
export function drawControls(data, figures, words, { choice, onChoice }) {
  let timer = null;
  const listed = data.indicators.filter(({ is_share: isShare }) => !isShare);
  const pick = (options) => options.map(([value, text]) => new Option(text, value));
  const groups = GROUPS.map((group) => make("optgroup", { label: words.say(`group_${group}`) },
    ...pick(listed.filter((one) => one.group === group).map(({ key, name }) => [key, name])))).filter((one) => one.children.length);
  const indicator = make("select", { id: "indicator" }, ...groups);
  const kind = make("select", { id: "kind" });
  const slider = make("input", { id: "year", type: "range", step: 1 });
  const output = make("output", { for: "year" });
  const before = button("‹", () => step(-1), { class: "step", "aria-label": words.say("year_before"), title: words.say("year_before") });
  const after = button("›", () => step(1), { class: "step", "aria-label": words.say("year_after"), title: words.say("year_after") });
  const playName = make("span", { class: "hidden" });
  const play = button(playName, () => (timer ? pause() : start()), { class: "step play" });
  // Whoever asks for less motion steps by hand.
  play.hidden = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  indicator.addEventListener("change", () => change({ key: indicator.value }));
  kind.addEventListener("change", () => change({ kind: kind.value }));
  slider.addEventListener("input", () => change({ year: yearsOf()[Number(slider.value)] }));
  document.getElementById("controls").append(
    make("label", { class: "at-pick wide" }, make("span", {}, words.say("show")), indicator),
    make("label", { class: "at-pick" }, make("span", {}, words.say("split")), kind),
    make("div", { class: "at-year" }, make("label", { for: "year" }, words.say("year")), before, slider, after, output, play),
  );
  change({});

  function yearsOf() {
    return figures.yearsOf(choice.key, choice.kind);
  }

  // The wished year is kept while an indicator without it is shown; cards are read at the wished one.
  function change(wanted, { keepsPlaying = false } = {}) {
    if (!keepsPlaying) pause();
    choice = { ...choice, ...wanted };
    if (!figures.hasAny(choice.key, choice.kind)) choice.kind = "municipality";
    const shown = { ...choice, year: nearestYear(yearsOf(), choice.year), wished: choice.year };
    show(shown);
    onChoice(shown);
  }

  function show({ key, kind: chosen, year }) {
    indicator.value = key;
    const hasParts = figures.hasAny(key, "subregion");
    kind.replaceChildren(...pick([["municipality", words.say("by_municipality")], ["subregion", words.say(hasParts ? "by_subregion" : "by_subregion_none")]]));
    kind.options[1].disabled = !hasParts;
    kind.value = chosen;
    const years = yearsOf();
    slider.max = years.length - 1;
    slider.value = years.indexOf(year);
    slider.setAttribute("aria-valuetext", String(year));
    const isLone = years.length < 2;
    [slider, play].forEach((one) => { one.disabled = isLone; });
    before.disabled = isLone || year === years[0];
    after.disabled = isLone || year === years.at(-1);
    output.textContent = isLone ? words.say("year_only", { year }) : String(year);
  }

  function step(by, options) {
    const years = yearsOf();
    const at = years.indexOf(nearestYear(years, choice.year)) + by;
    if (at in years) change({ year: years[at] }, options);
    return at < years.length - 1;
  }

  function start() {
    const years = yearsOf();
    if (nearestYear(years, choice.year) === years.at(-1)) change({ year: years[0] });
    namePlay("pause");
    timer = setInterval(() => step(1, { keepsPlaying: true }) || pause(), STEP);
  }

  function pause() {
    clearInterval(timer);
    timer = null;
    namePlay("play");
  }

  function namePlay(key) {
    play.classList.toggle("playing", key === "pause");
    playName.textContent = words.say(key);
    play.title = words.say(key);
  }

  return { choose: change, pause };
}
