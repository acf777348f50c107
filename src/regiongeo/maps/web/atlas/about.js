// What the atlas rests on, and what to mind when reading it.
import { button, fillText, make } from "../dom.js";

export function connectAbout(data, words) {
  const dialog = document.getElementById("about");
  const items = (lines) => make("ul", {}, ...lines.map((line) => make("li", {}, line)));
  const mind = ["caveat_borders", "caveat_density", "caveat_classes", "legend_speeds", "balance_caution"].map((key) => words.say(key));
  const title = make("h2", { id: "about-title", tabindex: "-1" }, words.say("about"));
  dialog.append(
    title,
    make("p", {}, words.say("facts", { ...data, date: words.date(data.date) })),
    make("p", {}, words.say("data_version", data)),
    make("p", {}, words.say("about_map")),
    make("h3", {}, words.say("caveats")), items(mind),
    make("h3", {}, words.say("about_sources")), items([...new Set(Object.values(data.sources))]),
    make("h3", {}, words.say("credits")), items(data.credits),
    make("p", {}, words.say("tools")),
    button(words.say("close"), () => dialog.close(), { class: "close" }),
  );
  document.getElementById("about-open").addEventListener("click", () => {
    dialog.showModal();
    title.focus();
  });
  fillText("credit", data.credits.join(" · "));
}
