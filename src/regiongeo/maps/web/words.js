// The words of the page in its language, and numbers and dates as people of that language write them.

const LOCALES = { nb: "nb-NO", en: "en-GB" };

const TWO_DIGITS = { maximumSignificantDigits: 2 };
const WHOLE = { maximumFractionDigits: 0 };

export function fillPlaces(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

export function makeWords(texts, lang) {
  const locale = LOCALES[lang];

  const say = (key, values = {}) => fillPlaces(texts[key], values);

  // Making a format takes as long as hundreds of uses of it.
  const formats = new Map();
  function formatOf(key, digits) {
    if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(locale, digits));
    return formats.get(key);
  }

  function number(value, decimals = 0) {
    return formatOf(decimals, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value);
  }

  const percent = (share) => `${number(share * 100)}${lang === "nb" ? "\u00a0" : ""}%`;

  return {
    say,
    number,
    percent,
    // Whole from 10 up, else two significant digits, as the data block has it.
    amount: (value) => (Math.abs(value) < 10 ? formatOf("two", TWO_DIGITS) : formatOf("whole", WHOLE)).format(value),
    // Nearly all is not all, and nearly none is not none.
    share(share) {
      if (share > 0 && share < 0.005) return `< ${percent(0.01)}`;
      return share < 1 && share >= 0.995 ? `> ${percent(0.99)}` : percent(share);
    },
    check: ({ requirement, deadline }) => `${say(`rule_${requirement}`)} ${deadline}`,
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
