// Figures as people write them: with the decimals, sign and unit of their indicator.
import { edgeDecimals } from "./figures.js";

export function makeTelling(words) {
  const sign = (value, text) => (value > 0 ? `+${text}` : text);

  function bare(value, { decimals, has_sign: hasSign }) {
    if (value === null) return words.say("value_missing");
    const text = words.number(value, decimals);
    return hasSign ? sign(value, text) : text;
  }

  return {
    bare,
    full(value, indicator) {
      return value === null ? words.say("value_missing") : [bare(value, indicator), indicator.unit].filter(Boolean).join("\u00a0");
    },
    // Names of the classes that `edges` part, lowest first.
    classes(edges, { has_sign: hasSign }) {
      const decimals = edgeDecimals(edges);
      const told = edges.map((edge) => (hasSign ? sign(edge, words.number(edge, decimals)) : words.number(edge, decimals)));
      if (!told.length) return [words.say("class_all")];
      const between = told.slice(1).map((high, at) => words.say("class_between", { low: told[at], high }));
      return [words.say("class_below", { high: told[0] }), ...between, words.say("class_above", { low: told.at(-1) })];
    },
  };
}
