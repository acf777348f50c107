// One feature of an untrusted file: a record with known keys alone, or what is wrong with it.
import { round6 } from "./geometry.js";
import { LIMITS, MARKS } from "./limits.js";
import { cleanLine, cleanNote, isTime, lengthOf } from "./texts.js";

// Own members alone: "__proto__" and "constructor" are names like any other.
export function member(object, name) {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// `box` is [south, west, north, east]; `tell(key, values)` takes each problem down.
export function readFeature(feature, box, tell) {
  const properties = isObject(feature) ? member(feature, "properties") : null;
  if (!isObject(properties) || member(feature, "type") !== "Feature") return tell("bad_feature");
  const kind = member(properties, "kind");
  if (kind !== "proposal" && kind !== "feedback") return tell("bad_record_kind");
  const id = member(feature, "id");
  if (!isId(id, kind)) return tell("bad_id");
  if (kind === "feedback" && member(properties, "site_id") !== id) return tell("bad_site_id");
  const geometry = readGeometry(member(feature, "geometry"), box, tell);
  const common = { id, kind, ...readOpinion(properties, tell), geometry };
  return kind === "proposal" ? { ...common, ...readProposal(properties, tell) } : common;
}

function isId(id, kind) {
  if (typeof id !== "string") return false;
  if (kind === "proposal") return /^[0-9a-f]{32}$/.test(id);
  return id !== "" && lengthOf(id) <= LIMITS.id && cleanLine(id) === id;
}

function readOpinion(properties, tell) {
  const merke = member(properties, "merke") ?? null;
  if (merke !== null && !MARKS.includes(merke)) tell("bad_mark");
  const { stemmer = 0, notat = "" } = { stemmer: member(properties, "stemmer"), notat: member(properties, "notat") };
  if (!Number.isInteger(stemmer) || stemmer < 0 || stemmer > LIMITS.votes) tell("bad_votes");
  return { notat: readText("notat", notat, cleanNote, LIMITS.note, tell), merke, stemmer };
}

function readProposal(properties, tell) {
  const created = member(properties, "created") ?? null;
  if (created !== null && !isTime(created)) tell("bad_created");
  const provisional = member(properties, "provisional") ?? null;
  const isShare = typeof provisional === "number" && provisional >= 0 && provisional <= 1;
  if (provisional !== null && !isShare) tell("bad_provisional");
  return { navn: readText("navn", member(properties, "navn"), cleanLine, LIMITS.name, tell), created, provisional };
}

function readText(name, given, clean, most, tell) {
  const text = typeof given === "string" ? clean(given) : null;
  if (text === null || lengthOf(text) > most) tell("bad_text", { name, most });
  return text;
}

function readGeometry(geometry, box, tell) {
  const coordinates = isObject(geometry) ? member(geometry, "coordinates") : null;
  if (!Array.isArray(coordinates)) return tell("bad_geometry");
  const type = member(geometry, "type");
  if (type === "Point") return readPoint(coordinates, box, tell);
  if (type === "Polygon") return readPolygon(coordinates, box, tell);
  return tell("bad_geometry");
}

function readPoint(coordinates, box, tell) {
  const [position] = readPositions([coordinates], box, tell) ?? [];
  return position ? { type: "Point", coordinates: position } : null;
}

function readPolygon(rings, box, tell) {
  if (!rings.length || !rings.every((ring) => Array.isArray(ring) && ring.length >= 4)) return tell("bad_geometry");
  const corners = rings.reduce((sum, ring) => sum + ring.length - 1, 0);
  if (corners > LIMITS.vertices) return tell("bad_vertices", { most: LIMITS.vertices });
  const read = [];
  for (const ring of rings) {
    const positions = readPositions(ring, box, tell);
    if (!positions) return null;
    const places = positions.map(String);
    if (places[0] !== places.at(-1) || new Set(places).size < 3) return tell("bad_geometry");
    read.push(positions);
  }
  return { type: "Polygon", coordinates: read };
}

// The first bad place of a shape is told, not each of five hundred.
function readPositions(positions, [south, west, north, east], tell) {
  const isPlace = (one) => Array.isArray(one) && (one.length === 2 || one.length === 3) && one.every(Number.isFinite);
  if (!positions.every(isPlace)) return tell("bad_geometry");
  const isInside = ([lon, lat]) => lat >= south && lat <= north && lon >= west && lon <= east;
  if (!positions.every(isInside)) return tell("bad_outside", { km: LIMITS.margin_km });
  return positions.map(([lon, lat]) => [round6(lon), round6(lat)]);
}
