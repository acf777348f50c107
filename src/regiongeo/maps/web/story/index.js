// What the one who leads a meeting needs: story, timer, projector mode, and the ranking and the map as files.
import { button, make, showToast } from "../dom.js";
import { writeRanking } from "./csv.js";
import { drawPicture, hasTiles } from "./picture.js";
import { connectProjector } from "./projector.js";
import { nameFile, save } from "./save.js";
import { connectStory } from "./story.js";
import { connectTimer } from "./timer.js";

// `layers` and `weights` as for `connectStory`; `struck()` gives what hard limits strike out: site and reason; `drawn()`
// the table's proposals that have a score; `compare`: see compare/index.js, where the file has several scenarios.
// `onProjector(on)` draws anew what has another size there.
export function connectStage({
  map, data, words, announce, layers, weights, struck = () => new Map(), drawn = () => [], compare = null, onProjector,
}) {
  const projector = connectProjector({ map, words, announce, onChange: onProjector });
  const story = connectStory({ map, data, words, announce, layers, weights, projector, compare });
  const timer = connectTimer({ words, announce });
  const out = drawDownloads({ onTable: saveTable, onPicture: savePicture }, words);
  [timer.element, out].forEach(closeByEscape);
  const tools = make("div", { class: "st-tools" }, story.opener, timer.element, projector.button, out);
  document.querySelector("header").insertBefore(tools, document.getElementById("about-open"));
  document.querySelector("main").before(story.element);

  function saveTable() {
    const content = writeRanking(data, words, { weights: weights.get(), struck: struck(), drawn: drawn() });
    const name = nameFile(words.say("st_file_ranking"), data.map_id, "csv", new Date());
    save(name, new Blob([content], { type: "text/csv;charset=utf-8" }));
    tell(words.say("st_saved", { name }));
  }

  async function savePicture() {
    const now = new Date();
    const name = nameFile(words.say("st_file_picture"), data.map_id, "png", now);
    save(name, await drawPicture(map, data, words, { day: dayOf(now), beside: compare?.beside() ?? null }));
    tell([words.say("st_saved", { name }), ...(hasTiles(map) ? [words.say("st_no_tiles")] : [])].join(" "));
  }

  function tell(text) {
    announce(text);
    showToast(text);
  }

  return { projector, story };
}

// In the time zone of the room.
function dayOf(now) {
  return new Date(now - 60_000 * now.getTimezoneOffset()).toISOString().slice(0, 10);
}

function drawDownloads({ onTable, onPicture }, words) {
  return make("details", { class: "st-menu" }, make("summary", {}, words.say("st_download")),
    make("div", { class: "st-drop" }, button(words.say("st_table"), onTable), button(words.say("st_picture"), onPicture)));
}

function closeByEscape(menu) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
