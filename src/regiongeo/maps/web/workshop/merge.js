// Files of many tables laid together: each record with every content it was saved with, so that order and
// repetition cannot matter. What stands is the content of the latest file.
import { toFeature } from "./exportfile.js";
import { compareTexts } from "./texts.js";

// What stands on the page is later than any file.
export const FOREVER = "9999-12-31T23:59:59Z";

// Keys in order, no spaces: the same text for the same content.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

// { map, table, exported, records } as a map from (map, table, id) to the contents seen.
export function fromFile({ map, table, exported, records }) {
  return new Map(records.map((record) => {
    const content = { text: canonical(toFeature(record)), exported, record };
    return [canonical([map, table, record.id]), { map, table, contents: new Map([[content.text, content]]) }];
  }));
}

export function merge(one, other) {
  const merged = new Map(one);
  for (const [key, entry] of other) {
    const known = merged.get(key);
    merged.set(key, known ? { ...known, contents: mergeContents(known.contents, entry.contents) } : entry);
  }
  return merged;
}

function mergeContents(one, other) {
  const merged = new Map(one);
  for (const [text, content] of other) {
    const known = merged.get(text);
    if (!known || content.exported > known.exported) merged.set(text, content);
  }
  return merged;
}

export function mergeFiles(files) {
  return files.map(fromFile).reduce(merge, new Map());
}

// Records as they stand, in an order of their own: [{ map, table, exported, record }].
export function standing(merged) {
  return inOrder(merged).map(({ map, table, contents: [{ exported, record }] }) => ({ map, table, exported, record }));
}

// Records saved with different contents: [{ map, table, contents: [{ exported, record }, …] }], the standing one first.
// A provisional score follows the weights: alone it makes no difference.
export function conflicts(merged) {
  return inOrder(merged).map((entry) => ({ ...entry, contents: saidApart(entry.contents) })).filter(({ contents }) => contents.length > 1);
}

function saidApart(contents) {
  const apart = new Map();
  for (const content of contents) {
    const text = canonical(toFeature({ ...content.record, provisional: null }));
    if (!apart.has(text)) apart.set(text, content);
  }
  return [...apart.values()];
}

function inOrder(merged) {
  return [...merged]
    .sort(([one], [other]) => compareTexts(one, other))
    .map(([, entry]) => ({ ...entry, contents: [...entry.contents.values()].sort(latestFirst) }));
}

function latestFirst(one, other) {
  return compareTexts(other.exported, one.exported) || compareTexts(other.text, one.text);
}
