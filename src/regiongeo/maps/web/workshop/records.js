// Records as lists and maps show them: what they are called, and what stands below the name.
import { decodePoint } from "../data.js";
import { compareRecords } from "./exportfile.js";
import { latlngsOf, pointOf } from "./geometry.js";
import { areaOfGeometry, writeArea } from "./measure.js";
import { FOREVER, standing } from "./merge.js";
import { sumUp } from "./notes.js";
import { styleOfTable } from "./shapes.js";
import { compareTexts } from "./texts.js";

export function blankFeedback(site, scale) {
  return { id: site.id, kind: "feedback", notat: "", merke: null, stemmer: 0, geometry: pointOf(decodePoint(site.at, scale)) };
}

// 32 hexadecimal digits; the page has no randomUUID when it is opened from a disk.
export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The first free "Forslag n".
export function newName(records, words) {
  const taken = new Set([...records.values()].map(({ navn }) => navn));
  for (let number = 1; ; number += 1) {
    const name = words.say("ws_proposal", { number });
    if (!taken.has(name)) return name;
  }
}

export function makeListing(data, words, scoreOf) {
  const sites = new Map(data.sites.map((site) => [site.id, site]));
  const nameOf = ({ id, kind, navn }) => (kind === "proposal" ? navn || words.say("ws_unnamed") : sites.get(id)?.name ?? id);

  function describe(record, score) {
    const area = areaOfGeometry(record.geometry);
    return [
      score === null ? "" : words.say("ws_score", { points: words.points(score) }),
      record.kind === "proposal" && area !== null ? writeArea(area, words) : "",
      sumUp(record, words),
      record.notat ? words.say("ws_has_note") : "",
    ].filter(Boolean).join(" · ");
  }

  function own(records) {
    return [...records.values()].sort(compareRecords).map((record) => ({
      key: record.id, title: nameOf(record), details: describe(record, scoreOf(record)?.score ?? null),
      record, table: null, style: styleOfTable(-1),
    }));
  }

  // One entry a table: { table, style, items (proposals), opinions }.
  function others(merged) {
    const byTable = new Map();
    for (const entry of standing(merged)) byTable.set(entry.table, [...(byTable.get(entry.table) ?? []), entry]);
    return [...byTable].sort(([one], [other]) => compareTexts(one, other)).map(([table, entries], at) => {
      const style = styleOfTable(at);
      const items = entries.map(({ map, record }) => {
        const key = JSON.stringify([map, table, record.id]);
        const title = nameOf(record);
        return {
          key, title: record.kind === "proposal" ? words.say("ws_of_table", { table, title }) : title,
          details: describe(record, record.provisional ?? null), record, table, style,
        };
      });
      const of = (kind) => items.filter(({ record }) => record.kind === kind).sort((one, other) => compareRecords(one.record, other.record));
      return { table, style, items: of("proposal"), opinions: of("feedback") };
    });
  }

  function conflict({ table, contents }) {
    return {
      table, title: nameOf(contents[0].record),
      contents: contents.map(({ exported, record }) => ({
        time: exported === FOREVER ? words.say("ws_here") : exported.replace("T", " ").replace("Z", " UTC"),
        text: [nameOf(record), describe(record, null), record.notat].filter(Boolean).join(" · "),
      })),
    };
  }

  return { own, others, conflict, nameOf, siteOf: (id) => sites.get(id) };
}

// Asked for once for each shape, until the weights change.
export function makeScores(provisional) {
  let known = new WeakMap();
  function scoreOf({ kind, geometry }) {
    if (kind !== "proposal") return null;
    if (!known.has(geometry)) known.set(geometry, provisional(latlngsOf(geometry)));
    return known.get(geometry);
  }
  return {
    scoreOf,
    forget: () => (known = new WeakMap()),
    // As a file has it: a share with four decimals, or null.
    shareOf(record) {
      const score = scoreOf(record)?.score;
      return score >= 0 && score <= 1 ? Math.round(score * 1e4) / 1e4 : null;
    },
  };
}
