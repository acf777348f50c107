// Texts people write: control characters go out, everything else stays as it was written.

// Halves of a character that lost the other half go too: they cannot be saved as UTF-8.
export function cleanLine(text) {
  return text.replace(/[\p{Cc}\p{Cs}]/gu, "");
}

export function cleanNote(text) {
  return text.replace(/(?!\n)[\p{Cc}\p{Cs}]/gu, "");
}

// In whole characters, as Python counts.
export function lengthOf(text) {
  return [...text].length;
}

export function cutTo(text, most) {
  return [...text].slice(0, most).join("");
}

// 2027-01-14T12:41:03Z
export function writeTime(date) {
  return `${date.toISOString().slice(0, 19)}Z`;
}

export function isTime(text) {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return false;
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && writeTime(date) === text;
}

// By code points, as Python compares: halves of a pair stand above every single character.
export function compareTexts(one, other) {
  const least = Math.min(one.length, other.length);
  let at = 0;
  while (at < least && one[at] === other[at]) at += 1;
  if (at === least) return Math.sign(one.length - other.length);
  const rank = (unit) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x2800 : unit);
  return Math.sign(rank(one.charCodeAt(at)) - rank(other.charCodeAt(at)));
}
