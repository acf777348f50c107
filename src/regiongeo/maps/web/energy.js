// The energies a station offers: letters first, colours second, so that no one has to tell colours apart.
import { make } from "./dom.js";

export function chip(energy, words) {
  return make("span", { class: `chip ${energy}`, title: words.say(`energy_${energy}`) },
    make("span", { "aria-hidden": "true" }, words.say(`letter_${energy}`)),
    make("span", { class: "hidden" }, words.say(`energy_${energy}`)));
}

export function chips(offers, words) {
  return offers.map(({ energy }) => chip(energy, words));
}

export function nameEnergies(offers, words) {
  return offers.map(({ energy }) => words.say(`energy_${energy}`)).join(", ");
}
