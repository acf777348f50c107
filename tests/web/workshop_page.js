// Opens the workshop on a page of its own; test_maps_workshop.py puts it beside the modules.
import { data } from "./toy.js";
import { makePanel } from "./panel.js";
import { makeWords } from "./words.js";
import { button, fillText, make } from "./dom.js";
import { connectWorkshop } from "./workshop/index.js";
const L = window.L;
const map = L.map("map", { preferCanvas: true, zoomControl: false, attributionControl: false }).setView([59.9, 10.7], 12);
L.polygon([[59, 9], [59, 12], [61, 12], [61, 9]]).addTo(map).on("click", () => (window.below = true));
const words = makeWords(data.texts, data.lang);
const panel = makePanel();
data.provisional = (latlngs) => (latlngs[0][0] > 60 ? null : { score: 0.625, parts: [], missing: ["grid_km"] });
data.weightsNow = () => ({ passing_trucks: 60, grid_km: 40 });
const workshop = connectWorkshop({
  map, data, words, panel, announce: (text) => fillText("status", text), onSite: open, onChange: (all) => (window.seen = all),
});
const cardOf = (site) => [make("h2", { tabindex: "-1" }, site.name), workshop.siteSection(site)];
function open(site) {
  panel.show(cardOf(site), { onClose: () => {} });
}
document.getElementById("results").append(
  ...data.sites.map((site) => button(site.name, () => open(site), { class: "site" })), workshop.element,
);
const renew = () => document.getElementById("card").replaceChildren(...cardOf(data.sites[0]));
Object.assign(window, { map, workshop, shared: data, renew });
document.documentElement.dataset.ready = "";
