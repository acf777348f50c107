// What the page shows as the part of its address after "#", so that a link or a bookmark opens it again.

// The choice and the opened area an address asks for; what the atlas does not have is left out.
export function readLink(hash, data) {
  const asked = new URLSearchParams(hash.replace(/^#/, ""));
  const [key, kind, year, id] = ["show", "by", "year", "area"].map((name) => asked.get(name));
  const indicator = data.indicators.find((one) => one.key === key);
  const choice = {};
  if (indicator) choice.key = key;
  if (["municipality", "subregion"].includes(kind)) choice.kind = kind;
  if (/^\d{4}$/.test(year ?? "")) choice.year = Number(year);
  const of = Object.keys(data.areas).find((one) => data.areas[one].some((area) => area.id === id));
  return { choice, opened: of ? { kind: of, id } : null };
}

export function writeLink({ key, kind, wished }, opened) {
  const parts = new URLSearchParams({ show: key, by: kind, year: wished });
  if (opened) parts.set("area", opened.id);
  return `#${parts}`;
}
