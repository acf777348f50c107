// The panel of weights: sliders, presets, locks, two memories, and what ranks are held against.
import { button, make } from "./dom.js";
import { drawLock } from "./symbols.js";
import { areAlike, moveWeight, toPercent } from "./weights.js";

const SLOTS = ["A", "B"];

// `onWeigh` gets the weights, those that ranks are held against, and what else a reload must not lose, each time one
// of them moves. What is shown is what counts: `exact` serves only to keep proportions while one slider moves.
export function connectWeights(data, words, { onWeigh }) {
  const panel = document.getElementById("weights");
  const given = data.criteria.map(({ weight }) => weight);
  const presets = [
    { name: words.say("preset_scenario"), weights: given },
    { name: words.say("preset_equal"), weights: given.map(() => 1 / given.length) },
    ...data.presets,
  ];
  const state = { weights: given, moving: null, locked: new Set(), memory: {}, against: "scenario" };
  const rows = data.criteria.map((criterion, at) => drawRow(criterion, at));
  const choice = make("select", { id: "preset" }, ...presets.map(({ name }, at) => new Option(name, at)), new Option(words.say("preset_own"), "own"));
  const against = make("select", { id: "against" });
  const slots = SLOTS.map(drawSlot);
  choice.addEventListener("change", () => choice.value !== "own" && weigh(presets[choice.value].weights));
  against.addEventListener("change", () => {
    state.against = against.value;
    tell();
  });
  panel.querySelector("div").append(
    make("div", { class: "weigh-line" }, make("label", { for: "preset" }, words.say("preset")), choice,
      button(words.say("reset"), reset, { id: "weights-reset" })),
    make("p", { class: "note" }, words.say("preset_note")),
    make("ul", { class: "sliders" }, ...rows.map(({ item }) => item)),
    make("div", { class: "weigh-line" }, ...slots.map(({ item }) => item)),
    make("div", { class: "weigh-line" }, make("label", { for: "against" }, words.say("against_what")), against),
  );
  show();

  function drawRow({ name }, at) {
    const id = `weight-${at}`;
    const slider = make("input", { type: "range", id, min: 0, max: 100, step: 1 });
    const figure = make("output", { for: id });
    const lock = button("", () => toggleLock(at), { class: "lock", "aria-pressed": "false", title: words.say("lock") });
    lock.append(drawLock(), make("span", { class: "hidden" }, words.say("lock_one", { name })));
    slider.addEventListener("input", () => slide(at, Number(slider.value)));
    const item = make("li", {}, make("label", { for: id }, name), slider, figure, lock);
    return { item, slider, figure, lock };
  }

  function drawSlot(slot) {
    const recall = button(words.say("recall", { slot }), () => weigh(state.memory[slot]), { disabled: true });
    const keep = button(words.say("remember", { slot }), () => {
      state.memory[slot] = state.weights;
      show();
      tell();
    });
    return { item: make("span", { class: "slot", role: "group", "aria-label": words.say("memory", { slot }) }, keep, recall), recall };
  }

  // As long as one slider moves, each move starts from what stood before the first.
  function slide(at, value) {
    const known = state.moving;
    const from = known?.at === at ? known.from : { weights: state.weights, exact: known?.exact ?? state.weights };
    const exact = moveWeight(from.exact, at, value, state.locked);
    weigh(exact === from.exact ? from.weights : toPercent(exact));
    state.moving = { at, from, exact };
  }

  function toggleLock(at) {
    state.moving = null;
    state.locked[state.locked.has(at) ? "delete" : "add"](at);
    show();
  }

  function reset() {
    state.locked.clear();
    weigh(given);
  }

  function weigh(weights) {
    state.weights = weights;
    state.moving = null;
    show();
    tell();
  }

  function tell() {
    const { weights, memory, against: held } = state;
    onWeigh({ weights, memory, against: held, baseline: memory[held] ?? given, isGiven: areAlike(weights, given) });
  }

  function show() {
    const percents = toPercent(state.weights);
    rows.forEach(({ slider, figure, lock }, at) => {
      slider.value = percents[at];
      slider.disabled = state.locked.has(at);
      slider.setAttribute("aria-valuetext", words.percent(percents[at] / 100));
      figure.textContent = words.percent(percents[at] / 100);
      lock.setAttribute("aria-pressed", String(state.locked.has(at)));
    });
    // Of starting points that are alike the chosen one stays: arrow keys would else never get past it.
    const isNow = (one) => one && areAlike(toPercent(one.weights), percents);
    const found = isNow(presets[choice.value]) ? Number(choice.value) : presets.findIndex(isNow);
    choice.value = found < 0 ? "own" : String(found);
    choice.querySelector("[value=own]").hidden = found >= 0;
    slots.forEach(({ recall }, at) => { recall.disabled = !state.memory[SLOTS[at]]; });
    const kept = SLOTS.filter((slot) => state.memory[slot]);
    against.replaceChildren(new Option(words.say("preset_scenario"), "scenario"), ...kept.map((slot) => new Option(words.say("memory", { slot }), slot)));
    against.value = state.against;
    const name = found < 0 ? words.say("preset_own") : presets[found].name;
    panel.querySelector("summary").textContent = words.say("weights_now", { name });
  }

  // Whole percent of a starting point mean that starting point.
  function meant(weights) {
    return presets.find((one) => areAlike(toPercent(one.weights), toPercent(weights)))?.weights ?? weights;
  }

  return {
    get weights() { return toPercent(state.weights); },
    // From outside, as a step of the story or a file.
    set: (weights) => weigh(meant(weights)),
    // What the browser kept: see weightstore.js.
    restore({ weights, memory, against: held }) {
      Object.assign(state, { memory: Object.fromEntries(SLOTS.filter((slot) => memory[slot]).map((slot) => [slot, meant(memory[slot])])) });
      state.against = state.memory[held] ? held : "scenario";
      weigh(weights ? meant(weights) : given);
    },
  };
}
