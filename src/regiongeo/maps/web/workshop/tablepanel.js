// The list of what the table has drawn and said, with its name, its steps back and forth, and its files.
import { button, make } from "../dom.js";
import { LIMITS } from "./limits.js";
import { cleanLine, cutTo } from "./texts.js";

const SHOWN = 5;

export function makeTablePanel(words, { onName, onUndo, onRedo, onSave, onFiles, onClear, onSelect, onDrop, onAnyway }) {
  const name = make("input", { id: "ws-table", type: "text", maxlength: String(LIMITS.table), autocomplete: "off", placeholder: words.say("ws_table_hint") });
  name.addEventListener("input", () => onName(cutTo(cleanLine(name.value), LIMITS.table)));
  const steps = { undo: button(words.say("ws_undo"), onUndo), redo: button(words.say("ws_redo"), onRedo) };
  const clear = button(words.say("ws_clear"), ask);
  const saved = make("p", { class: "note ws-saved" });
  const list = make("ul", { class: "ws-list", "aria-label": words.say("ws_title") });
  const others = make("div", { class: "ws-tables" });
  const refused = make("div", { class: "ws-refused" });
  const weights = make("div", { class: "ws-weights" });
  const files = chooseFiles(words, onFiles);
  const heading = make("h2", { id: "ws-title", tabindex: "-1" }, words.say("ws_title"));
  const dialog = drawQuestion(words, onClear);
  document.body.append(dialog);
  const element = make("section", { class: "ws-panel", "aria-labelledby": "ws-title" },
    heading,
    make("label", { for: "ws-table", class: "ws-label" }, words.say("ws_table")), name,
    make("div", { class: "ws-buttons" }, steps.undo, steps.redo),
    list,
    make("div", { class: "ws-buttons" }, button(words.say("ws_save"), onSave, { class: "ws-save" }), ...files, clear),
    saved, weights, refused, others);

  function ask() {
    dialog.showModal();
  }

  return {
    element,
    // Folded away, the list is found by what unfolds it.
    focus: () => (element.closest("details:not([open])")?.querySelector("summary") ?? heading).focus(),
    askName() {
      element.closest("details")?.setAttribute("open", "");
      name.focus();
    },
    show({ table, items, canUndo, canRedo, isSaved }) {
      if (name.value !== table) name.value = table;
      steps.undo.disabled = !canUndo;
      steps.redo.disabled = !canRedo;
      clear.disabled = !items.length;
      saved.textContent = words.say(isSaved ? "ws_saved" : "ws_unsaved");
      const rows = items.map((item) => drawItem(item, onSelect));
      list.replaceChildren(...(rows.length ? rows : [make("li", { class: "none" }, words.say("ws_empty"))]));
    },
    // Apart from our own, so that what someone has folded out stays so while they write.
    showTables(tables, conflicts) {
      others.replaceChildren(...tables.map((one) => drawTable(one, words, { onSelect, onDrop })), ...drawConflicts(conflicts, words));
    },
    // Weights that wait to be taken, or that stood before; null takes the offer away.
    offerWeights(onTake, { isTaken = false } = {}) {
      const [told, act] = isTaken ? ["ws_weights_before", "ws_weights_before_take"] : ["ws_weights_other", "ws_weights_other_take"];
      weights.replaceChildren(...(onTake ? [make("p", { class: "note" }, words.say(told)), button(words.say(act), onTake)] : []));
    },
    // One sentence for each file that was not taken.
    refuse(files) {
      refused.replaceChildren(...files.map((one) => drawRefusal(one, words, onAnyway)));
    },
  };
}

function drawItem(item, onSelect) {
  const face = button(item.title, () => onSelect(item), { class: "ws-item", "data-key": item.key });
  if (item.details) face.append(make("small", {}, item.details));
  return make("li", {}, face);
}

// A label would take the look of a button but no key press: the button opens the field.
function chooseFiles(words, onFiles) {
  const field = make("input", { type: "file", accept: ".geojson,.json", multiple: true, hidden: true, "aria-hidden": "true", tabindex: "-1" });
  field.addEventListener("change", async () => {
    await onFiles(field.files);
    // The same file may be chosen again.
    field.value = "";
  });
  return [button(words.say("ws_open"), () => field.click()), field];
}

function drawQuestion(words, onClear) {
  const close = () => dialog.close();
  const agree = () => {
    close();
    onClear();
  };
  const dialog = make("dialog", { class: "ws-ask", "aria-labelledby": "ws-ask-title" },
    make("h2", { id: "ws-ask-title" }, words.say("ws_clear_ask")),
    make("p", {}, words.say("ws_clear_note")),
    make("div", { class: "ws-buttons" },
      button(words.say("ws_clear_no"), close, { autofocus: true }), button(words.say("ws_clear_yes"), agree)));
  return dialog;
}

function drawTable({ table, style, items, opinions }, words, { onSelect, onDrop }) {
  const line = make("span", { class: "ws-line", "aria-hidden": "true" });
  line.style.borderColor = style.color;
  const summary = make("summary", {}, line, words.say("ws_table_count", {
    table, proposals: words.number(items.length), opinions: words.number(opinions.length),
  }));
  const rows = [...items, ...opinions].map((item) => drawItem(item, onSelect));
  const drop = button(words.say("ws_drop_table", { table }), () => onDrop(table));
  return make("details", { class: "section" }, summary, make("ul", { class: "ws-list" }, ...rows), drop);
}

function drawConflicts(conflicts, words) {
  if (!conflicts.length) return [];
  const items = conflicts.map(({ table, title, contents }) => make("li", {},
    make("strong", {}, words.say("ws_conflict", { table, title })),
    make("ul", {}, ...contents.map(({ time, text }, at) => make("li", {},
      words.say(at ? "ws_conflict_older" : "ws_conflict_stands", { time }), make("blockquote", {}, text))))));
  return [make("details", { class: "section" },
    make("summary", {}, words.say("ws_conflicts", { count: words.number(conflicts.length) })), make("ul", {}, ...items))];
}

// A file of another map may be opened all the same, once someone says so.
function drawRefusal({ name: file, text, problems }, words, onAnyway) {
  const told = problems.slice(0, SHOWN).map(({ key, values }) => {
    const what = words.say(key, values);
    return values.at ? words.say("ws_at_record", { at: words.number(values.at), what }) : what;
  });
  const more = problems.length - told.length;
  if (more > 0) told.push(words.say("ws_more_problems", { count: words.number(more) }));
  const isOther = problems.every(({ key }) => key === "bad_map");
  return make("p", { class: "warning" }, make("strong", {}, words.say("ws_refused", { file })), ` ${told.join(" ")} `,
    isOther ? button(words.say("ws_anyway"), () => onAnyway({ name: file, text })) : "");
}
