// Caveats beside the list, and the page about the data: caveats, sources, software.
import { button, fillText, make } from "./dom.js";
import { drawKeySwitch } from "./keys.js";

const LOW = 700;

export function connectAbout(data, words) {
  const dialog = document.getElementById("about");
  const items = (lines) => make("ul", {}, ...lines.map((line) => make("li", {}, line)));
  dialog.append(
    make("h2", { id: "about-title", tabindex: "-1", autofocus: true }, words.say("about")),
    make("p", {}, words.say("facts", { ...data, date: words.date(data.date) })),
    make("p", {}, words.say("data_version", data)),
    make("p", {}, words.say("about_map")),
    make("h3", {}, words.say("caveats")),
    items(data.notices),
    ...(data.flows ? drawFlows(data.flows, words, items) : []),
    ...(data.rules ? [make("h3", {}, words.say("about_rules")), items(data.rules.notices)] : []),
    make("h3", {}, words.say("credits")),
    items(data.credits),
    ...(data.credits.some((line) => line.includes("ODbL")) ? [make("p", {}, words.say("odbl_notice"))] : []),
    make("p", {}, words.say("tools")),
    drawKeySwitch(words),
    button(words.say("close"), () => dialog.close(), { class: "close" }),
  );
  document.getElementById("about-open").addEventListener("click", () => dialog.showModal());
  fillText("credit", data.credits.join(" · "));
  showNotices(data, words);
}

function drawFlows({ notices }, words, items) {
  return [make("h3", {}, words.say("about_flows")), make("p", {}, words.say("about_flows_text")), items(notices)];
}

// Open where there is room beside the list: a caveat nobody has seen is none.
function showNotices({ notices }, words) {
  const box = document.getElementById("notices");
  box.hidden = notices.length === 0;
  box.open = window.innerHeight >= LOW;
  box.querySelector("summary").textContent = words.say("notices", { count: notices.length });
  box.querySelector("ul").append(...notices.map((notice) => make("li", {}, notice)));
}
