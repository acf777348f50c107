// The file a table saves, and the check of such a file from anywhere: whatever it holds, it is not trusted.
import { decodePoint } from "../data.js";
import { isObject, member, readFeature } from "./checks.js";
import { LIMITS, SCHEMA, VERSION } from "./limits.js";
import { cleanLine, compareTexts, cutTo, isTime, lengthOf } from "./texts.js";

export function buildExport({ map, dataVersion, exported, table, weights = {}, records }) {
  return JSON.stringify({
    type: "FeatureCollection",
    regiongeo: { schema: `${SCHEMA}/${VERSION}`, map, data_version: dataVersion, exported, table, weights },
    features: [...records].sort(compareRecords).map(toFeature),
  });
}

// Proposals as they came, then what is said of sites by their id.
export function compareRecords(one, other) {
  if (one.kind !== other.kind) return one.kind === "proposal" ? -1 : 1;
  return compareTexts(one.created ?? "", other.created ?? "") || compareTexts(one.id, other.id);
}

export function toFeature({ id, kind, navn, notat, merke, stemmer, created, provisional = null, geometry }) {
  const properties = kind === "proposal"
    ? { kind, navn, notat, merke, stemmer, created, provisional }
    : { kind, site_id: id, notat, merke, stemmer };
  return { type: "Feature", id, geometry, properties };
}

// The region's box and 20 km around it, as [south, west, north, east] from [[south, west], [north, east]].
export function widenBox([[south, west], [north, east]]) {
  const up = LIMITS.margin_km / 111.1;
  const across = up / Math.cos((Math.max(Math.abs(south), Math.abs(north)) * Math.PI) / 180);
  return [south - up, west - across, north + up, east + across];
}

// Returns { file, problems }; the file is null when there is a problem. Problems are { key, values }, all of them.
// A draft is what the page keeps for itself: the table need not have a name yet.
export function parseExport(text, { map, box, anyMap = false, isDraft = false }) {
  const problems = [];
  const tell = (key, values = {}) => {
    problems.push({ key, values });
    return null;
  };
  const content = readJson(text, tell);
  const file = content && readFile(content, { map, box, anyMap, isDraft }, tell);
  return { file: problems.length ? null : file, problems };
}

function readJson(text, tell) {
  if (text.length > LIMITS.bytes) return tell("bad_size", { most: LIMITS.bytes / 1e6 });
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    return tell("bad_json");
  }
  const isOurs = isObject(content) && member(content, "type") === "FeatureCollection" && isObject(member(content, "regiongeo"));
  return isOurs ? content : tell("bad_kind");
}

function readFile(content, options, tell) {
  const head = readHead(content.regiongeo, options, tell);
  if (!head) return null;
  const features = member(content, "features");
  if (!Array.isArray(features)) return tell("bad_kind");
  if (features.length > LIMITS.features) return tell("bad_many", { count: features.length, most: LIMITS.features });
  return { ...head, records: readRecords(features, options.box, tell) };
}

function readHead(head, { map, anyMap, isDraft }, tell) {
  const [, version] = /^regiongeo-workshop\/(\d{1,6})$/.exec(String(member(head, "schema"))) ?? [];
  if (Number(version) > VERSION) return tell("bad_newer");
  if (Number(version) !== VERSION) return tell("bad_kind");
  const found = readLabel(member(head, "map"), tell);
  if (found === null) return null;
  if (found === "") return tell("bad_kind");
  if (found !== map && !anyMap) return tell("bad_map", { map: cutTo(found, 60) });
  const exported = member(head, "exported");
  if (!isTime(exported)) tell("bad_exported");
  return {
    map: found,
    dataVersion: readLabel(member(head, "data_version"), tell),
    exported,
    table: readTable(member(head, "table"), isDraft, tell),
    weights: readWeights(member(head, "weights"), tell),
  };
}

function readLabel(given = "", tell) {
  return typeof given === "string" && lengthOf(given) <= LIMITS.id ? cleanLine(given) : tell("bad_kind");
}

function readTable(given, isDraft, tell) {
  const table = typeof given === "string" ? cleanLine(given) : "";
  const isNamed = table.trim() !== "" || isDraft;
  return isNamed && lengthOf(table) <= LIMITS.table ? table : tell("bad_table", { most: LIMITS.table });
}

function readWeights(given = {}, tell) {
  if (!isObject(given)) return tell("bad_weights");
  const isWeight = (value) => typeof value === "number" && value >= 0 && value <= 100;
  if (!Object.values(given).every(isWeight)) return tell("bad_weights");
  // Names of criteria look like this; others are extra members, which are passed over.
  return Object.fromEntries(Object.entries(given).filter(([name]) => /^[a-z]\w{0,59}$/.test(name)));
}

function readRecords(features, box, tell) {
  const seen = new Set();
  return features.map((feature, at) => {
    const record = readFeature(feature, box, (key, values = {}) => tell(key, { ...values, at: at + 1 }));
    if (record && seen.has(record.id)) return tell("bad_twice", { at: at + 1, id: cutTo(record.id, 40) });
    if (record) seen.add(record.id);
    return record;
  });
}

// The box of a page's data, with the margin in which drawing is allowed.
export function boxOf({ bounds, scale }) {
  const corners = bounds.map((corner) => decodePoint(corner, scale));
  const [lats, lons] = [0, 1].map((at) => corners.map((corner) => corner[at]));
  return widenBox([[Math.min(...lats), Math.min(...lons)], [Math.max(...lats), Math.max(...lons)]]);
}
