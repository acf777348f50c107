// Kartverket's grey map for rooms with a network: off until asked for, gone again when the network is.
import L from "leaflet";
import { showToast } from "./dom.js";

const PATIENCE = 3;

export function offerTiles(map, data, words, { land, announce }) {
  if (!data.tiles) return { layers: [] };
  const tiles = L.tileLayer(data.tiles, { referrerPolicy: "origin", maxZoom: 18, maxNativeZoom: 18 });
  const layer = { key: "layer_tiles", on: false, level: -1, group: tiles, legend: [], onToggle };
  let failures = 0;

  tiles.on("tileerror", () => {
    failures += 1;
    if (failures !== PATIENCE) return;
    layer.setChecked(false);
    tiles.remove();
    onToggle(false);
    announce(words.say("tiles_failed"));
    showToast(words.say("tiles_failed"));
  });

  function onToggle(on) {
    failures = 0;
    document.getElementById("credit").textContent = [...(on ? [words.say("tiles_credit")] : []), ...data.credits].join(" · ");
    land.municipalities.setStyle({ fillOpacity: on ? 0 : 1 });
    land.water.eachLayer((area) => area.setStyle({ fillOpacity: on ? 0 : 1 }));
  }

  return { layers: [layer] };
}
