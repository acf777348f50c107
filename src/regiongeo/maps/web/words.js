// The words of the page in its language, and numbers and dates as people of that language write them.

const LOCALES = { nb: "nb-NO", en: "en-GB" };

export function fillPlaces(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

export function makeWords(texts, lang) {
  const locale = LOCALES[lang];

  const say = (key, values = {}) => fillPlaces(texts[key], values);

  function number(value, decimals = 0) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    return new Intl.NumberFormat(locale, digits).format(value);
  }

  return {
    say,
    number,
    percent: (share) => `${number(share * 100)}${lang === "nb" ? "\u00a0" : ""}%`,
    range: (low, high) => (low === high ? number(low) : fillPlaces(texts.class_to, { low: number(low), high: number(high) })),
    // Volumes are those of the base year, whichever year was counted.
    basis({ traffic_basis: basis, basis_year: year }, base) {
      const counted = say(`basis_${basis}`, { year: year ?? "–" });
      return basis === "modelled" || year === base ? counted : say("converted", { counted, base });
    },
    points: (score) => number(score * 100, 1),
    date(text) {
      const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T12:00:00`) : new Date(NaN);
      return Number.isNaN(day.getTime()) ? text : new Intl.DateTimeFormat(locale, { dateStyle: "long" }).format(day);
    },
  };
}
