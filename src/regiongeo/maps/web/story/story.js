// The story on the page: a band above the map with one sentence at a time, and a place to make the steps.
import { button, make, showToast } from "../dom.js";
import { makeStore } from "../workshop/session.js";
import { nameFile, save } from "./save.js";
import { combine, editStep, insertStep, MOST, moveStep, readStep, readSteps, removeStep, restore, serialise, writeToml } from "./steps.js";

const FIELDS = "input:not([type=checkbox]), textarea, select";

// `layers` and `weights` are read when a step is recorded and set when it is shown; `projector` and `compare` (the name of
// the scenario beside, empty for none) likewise, where there are such.
// Returns the band and the button that opens it.
export function connectStory({ map, data, words, announce, layers, weights, projector = null, compare = null }) {
  const given = readSteps(data.story);
  const store = makeStore(() => window.localStorage, `${data.map_id}/story`, { onTrouble: (key) => tell(words.say(key.replace("ws_", "st_"))) });
  let state = { steps: combine(given, store.load(restore)), at: 0 };
  let before = null;

  const title = make("strong", { class: "st-title" });
  const text = make("p", { class: "st-text" });
  const count = make("span", { class: "st-count" });
  const [previous, next] = [["st_previous", -1], ["st_next", 1]].map(([key, by]) => button(words.say(key), () => go(state.at + by), { class: key }));
  const editor = makeEditor();
  const element = make("section", { class: "st-bar", hidden: true, "aria-label": words.say("st_story") },
    make("div", { class: "st-told" }, title, text),
    make("div", { class: "st-line" }, previous, count, next, button(words.say("st_close"), close)),
    editor.element);
  const opener = button(words.say("st_story"), () => (element.hidden ? open() : close()), { "aria-expanded": "false", class: "st-open" });
  document.addEventListener("keydown", onKey);
  store.watch(window);
  fill();

  function tell(sentence) {
    announce(sentence);
    showToast(sentence);
  }

  // The band takes room from the map, and more of it with a longer sentence.
  function settle() {
    map.invalidateSize({ animate: false });
  }

  function open() {
    setOpen(true);
    if (state.steps.length) show();
    else announce(words.say("st_empty"));
    if (!state.steps.length) editor.element.open = true;
    settle();
    next.focus();
  }

  function close() {
    setOpen(false);
    settle();
    opener.focus();
  }

  function setOpen(on) {
    element.hidden = !on;
    document.documentElement.classList.toggle("telling", on);
    opener.setAttribute("aria-expanded", String(on));
  }

  // Where a key has a meaning of its own, as in fields, sliders and on the map, it keeps it.
  function onKey(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    if (!by || !isPlain || event.defaultPrevented || element.hidden || document.querySelector("dialog[open]")) return;
    if (event.target.matches?.(FIELDS) || map.getContainer().contains(event.target)) return;
    event.preventDefault();
    go(state.at + by);
  }

  function go(at) {
    if (!state.steps[at]) return;
    state = { ...state, at };
    fill();
    show();
  }

  // The page as the step has it; what the step says nothing of stays as it is.
  function show() {
    const step = state.steps[state.at];
    if (step.projector !== null) projector?.set(step.projector, { isTold: false });
    if (step.compare !== null) compare?.set(step.compare);
    layers.set(step.layers);
    const keys = data.criteria.map(({ key }) => key);
    if (step.weights && keys.some((key) => step.weights[key] > 0)) weights.set(step.weights);
    settle();
    if (step.view) map.setView([step.view.lat, step.view.lon], step.view.zoom, { animate: false });
    announce([words.say("st_step", places()), titleOf(step), step.text].join(". "));
  }

  function places() {
    return { at: words.number(state.at + 1), all: words.number(state.steps.length) };
  }

  function titleOf({ title: own }, at = state.at) {
    return own.trim() === "" ? words.say("st_untitled", { number: at + 1 }) : own;
  }

  function fill() {
    const step = state.steps[state.at];
    title.textContent = step ? titleOf(step) : words.say("st_empty");
    text.textContent = step?.text ?? "";
    count.textContent = step ? words.say("st_step", places()) : "";
    // A disabled button would lose the focus, and with it the keyboard.
    previous.setAttribute("aria-disabled", String(!state.steps[state.at - 1]));
    next.setAttribute("aria-disabled", String(!state.steps[state.at + 1]));
    editor.fill(step);
  }

  // Making steps

  function apply(steps, at = state.at) {
    before = state;
    state = { steps, at: Math.max(0, Math.min(at, steps.length - 1)) };
    store.save(serialise(given, steps));
    fill();
    settle();
  }

  function takeBack() {
    if (!before) return;
    apply(before.steps, before.at);
    before = null;
    fill();
    announce(words.say("st_undone"));
  }

  function record(hasWeights) {
    const { lat, lng } = map.getCenter();
    return {
      view: { lat, lon: map.wrapLatLng([lat, lng]).lng, zoom: map.getZoom() }, layers: layers.get(),
      weights: hasWeights ? weights.get() : null, projector: projector?.isOn ?? null, compare: compare?.get() ?? null, isRecorded: true,
    };
  }

  function add(hasWeights) {
    if (state.steps.length >= MOST.steps) return tell(words.say("st_full", { most: MOST.steps }));
    const at = state.steps.length ? state.at + 1 : 0;
    const step = readStep({ title: "", text: "", ...record(hasWeights) });
    apply(insertStep(state.steps, at, step), at);
    editor.focus();
    return announce(words.say("st_recorded", places()));
  }

  function replace(hasWeights) {
    apply(editStep(state.steps, state.at, record(hasWeights)));
    announce(words.say("st_replaced", places()));
  }

  function shift(by) {
    if (!state.steps[state.at + by]) return;
    apply(moveStep(state.steps, state.at, by), state.at + by);
    announce(words.say("st_moved", places()));
  }

  function drop() {
    const name = titleOf(state.steps[state.at]);
    apply(removeStep(state.steps, state.at));
    announce(words.say("st_dropped", { name }));
  }

  function saveFile() {
    const name = nameFile(words.say("st_file"), data.map_id, "toml");
    const content = writeToml(state.steps, (number) => words.say("st_untitled", { number }));
    save(name, new Blob([content], { type: "application/toml" }));
    tell(words.say("st_saved", { name }));
  }

  function makeEditor() {
    const name = make("input", { id: "st-title", type: "text", maxlength: 2 * MOST.title });
    const told = make("textarea", { id: "st-text", rows: 2, maxlength: 2 * MOST.text });
    const box = make("input", { type: "checkbox", id: "st-weights", checked: true });
    const edit = (change) => {
      // Undo would take back what is written as well.
      before = null;
      state = { ...state, steps: editStep(state.steps, state.at, change) };
      store.save(serialise(given, state.steps));
      fill();
    };
    name.addEventListener("input", () => edit({ title: name.value }));
    told.addEventListener("input", () => edit({ text: told.value }));
    told.addEventListener("change", settle);
    const list = make("ol", { class: "st-steps" });
    const needed = [
      button(words.say("st_replace"), () => replace(box.checked)), button(words.say("st_earlier"), () => shift(-1)),
      button(words.say("st_later"), () => shift(1)), button(words.say("st_delete"), drop),
      button(words.say("st_save"), saveFile, { class: "st-save" }),
    ];
    const back = button(words.say("st_undo"), takeBack);
    const fields = make("div", { class: "st-fields" }, make("label", { for: "st-title" }, words.say("st_title")), name,
      make("label", { for: "st-text" }, words.say("st_text")), told);
    const element = make("details", { class: "st-edit" }, make("summary", {}, words.say("st_edit")), fields, list,
      make("div", { class: "st-line" }, button(words.say("st_record"), () => add(box.checked), { class: "st-record" }), ...needed, back,
        make("label", { class: "check" }, box, make("span", {}, words.say("st_with_weights")))),
      make("p", { class: "note" }, words.say("st_note")));
    element.addEventListener("toggle", () => {
      markEditing();
      settle();
    });

    // The fields say what the band says, where there is a step.
    function markEditing() {
      element.parentNode?.classList.toggle("editing", element.open && state.steps.length > 0);
    }

    function drawStep(step, at) {
      const face = button(`${at + 1}. ${titleOf(step, at)}`, () => go(at), { "aria-current": at === state.at ? "step" : null });
      return make("li", {}, face);
    }

    return {
      element,
      focus: () => {
        element.open = true;
        name.focus();
      },
      fill(step) {
        markEditing();
        fields.hidden = !step;
        needed.forEach((one) => { one.disabled = !step; });
        back.disabled = !before;
        // What is being written is not written over: the caret would jump.
        if (step && document.activeElement !== name) name.value = step.title;
        if (step && document.activeElement !== told) told.value = step.text;
        const at = [...list.querySelectorAll("button")].indexOf(document.activeElement);
        list.replaceChildren(...state.steps.map(drawStep));
        if (at >= 0) list.querySelectorAll("button")[state.at]?.focus();
      },
    };
  }

  return { element, opener };
}
