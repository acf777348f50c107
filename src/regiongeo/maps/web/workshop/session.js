// What one table has drawn and said, step by step, and where the browser keeps it. States are never changed in place.
import { buildExport, parseExport } from "./exportfile.js";
import { cleanLine, cutTo } from "./texts.js";
import { LIMITS } from "./limits.js";

const STEPS = 200;

export function makeSession({ table = "", records = [] } = {}) {
  return { past: [], future: [], step: null, now: { table, records: new Map(records.map((one) => [one.id, one])) } };
}

// Changes with the same step follow each other as one, so that undo takes back a note and not a letter.
function move(session, change, step = null) {
  const isSame = step !== null && step === session.step;
  const past = isSame ? session.past : [...session.past, session.now].slice(-STEPS);
  return { past, future: [], step, now: { ...session.now, ...change } };
}

export function rename(session, table) {
  return move(session, { table: cutTo(cleanLine(table), LIMITS.table) }, "table");
}

// A site nobody says anything of any more leaves the list.
export function put(session, record, step = null) {
  const records = new Map(session.now.records);
  if (isBlank(record)) records.delete(record.id);
  else records.set(record.id, record);
  return move(session, { records }, step);
}

export function putAll(session, added) {
  return move(session, { records: new Map([...session.now.records, ...added.map((one) => [one.id, one])]) });
}

export function remove(session, id) {
  const records = new Map(session.now.records);
  records.delete(id);
  return move(session, { records });
}

export function clear(session) {
  return move(session, { records: new Map() });
}

function isBlank({ kind, notat, merke, stemmer }) {
  return kind === "feedback" && notat === "" && merke === null && stemmer === 0;
}

export function undo(session) {
  const { past, future, now } = session;
  if (!past.length) return session;
  return { past: past.slice(0, -1), future: [now, ...future], step: null, now: past.at(-1) };
}

export function redo(session) {
  const { past, future: [next, ...future], now } = session;
  if (!next) return session;
  return { past: [...past, now], future, step: null, now: next };
}

// Kept as the file a table saves, so that one check holds for both.
export function serialise(session, { map, dataVersion, exported }) {
  const { table, records } = session.now;
  return buildExport({ map, dataVersion, exported, table, records: records.values() });
}

export function restore(text, { map, box }) {
  const { file } = parseExport(text, { map, box, isDraft: true });
  return file && makeSession(file);
}

// `reach` gives the storage, which may itself throw. `onTrouble(key)` is called once for each kind of trouble.
export function makeStore(reach, map, { onTrouble }) {
  const key = `regiongeo/${map}`;
  const told = new Set();
  const tell = (trouble) => {
    if (!told.has(trouble)) onTrouble(trouble);
    told.add(trouble);
  };
  const attempt = (action) => {
    try {
      return action(reach());
    } catch {
      tell("ws_not_kept");
      return null;
    }
  };

  return {
    // A damaged text is not thrown away: someone may still read it.
    load(read) {
      const text = attempt((storage) => storage.getItem(key));
      if (text === null) return null;
      const session = read(text);
      if (session) return session;
      attempt((storage) => storage.setItem(`${key}/damaged`, text));
      tell("ws_damaged");
      return null;
    },
    // The same map in two windows: each would write over what the other keeps.
    watch: (page) => page.addEventListener("storage", (event) => event.key === key && tell("ws_two_pages")),
    save: (text) => attempt((storage) => storage.setItem(key, text)),
  };
}
