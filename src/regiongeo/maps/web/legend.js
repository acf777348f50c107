// The list of layers with the legend inside it; a legend hides with its layer.
import { make } from "./dom.js";
import { swatch } from "./symbols.js";

export function drawLayerList(map, words, { main, more }, { onChange }) {
  const layers = [...main, ...more];
  // Tiles lie in a pane of their own below the canvas and cannot be restacked.
  const stacked = layers.filter(({ group }) => group?.eachLayer).sort((one, other) => one.level - other.level);
  document.getElementById("layer-list").append(...main.map(drawLayer));
  document.getElementById("background-list").append(...more.map(drawLayer));
  layers.forEach((layer) => apply(layer, layer.on));
  restack();

  function drawLayer(layer) {
    const box = make("input", { type: "checkbox", id: layer.key, checked: layer.on, disabled: Boolean(layer.isMissing) });
    layer.setChecked = (on) => {
      box.checked = on;
      legend.hidden = !on;
    };
    // A layer with a body of its own fills it itself.
    const legend = layer.body ?? make("ul", {}, ...layer.legend.map((row) => drawRow(row, words)));
    legend.hidden = !layer.on;
    layer.isChecked = () => box.checked;
    layer.restack = restack;
    box.addEventListener("change", () => {
      legend.hidden = !box.checked;
      apply(layer, box.checked);
      layer.insteadOf?.forEach((other) => turn(other, !box.checked));
      restack();
      if (layer.body) legend.scrollIntoView({ block: "nearest" });
      onChange();
    });
    const single = layer.legend.length === 1 && layer.legend[0].label === layer.key;
    const name = make("label", { for: layer.key }, box, make("span", {}, layer.title ?? words.say(layer.key)));
    if (single && !layer.isMissing) name.append(swatch(layer.legend[0].style));
    if (single) name.append(count(layer.legend[0], words));
    return make("div", { class: "layer" }, name, single ? "" : legend);
  }

  function turn(layer, on) {
    layer.setChecked(on);
    apply(layer, on);
  }

  function apply(layer, on) {
    if (layer.group) layer.group[on ? "addTo" : "removeFrom"](map);
    layer.onToggle?.(on);
  }

  // What is not named stays as it is.
  function set(wanted) {
    for (const layer of layers.filter(({ key, isMissing, isChecked }) => key in wanted && !isMissing && wanted[key] !== isChecked())) {
      turn(layer, wanted[layer.key]);
      layer.insteadOf?.filter(({ key }) => !(key in wanted)).forEach((other) => turn(other, !wanted[layer.key]));
    }
    restack();
    onChange();
  }

  // One canvas draws everything: what was switched on last would else cover the sites.
  function restack() {
    for (const { group } of stacked) {
      if (map.hasLayer(group)) group.eachLayer((one) => one.bringToFront?.());
    }
  }

  return { get: () => Object.fromEntries(layers.map(({ key, isChecked }) => [key, isChecked()])), set };
}

export function drawRow(row, words) {
  const picture = row.picture ?? (row.pin ? make("span", { class: "pin small" }, row.pin) : swatch(row.style));
  return make("li", {}, make("span", { class: "picture" }, picture), row.text ?? words.say(row.label), count(row, words));
}

function count(row, words) {
  const text = row.note ?? (row.count === undefined ? "" : words.number(row.count));
  return text ? make("span", { class: "count" }, text) : "";
}
