// The opened files of other tables, laid together. They outlive a reload: kept as they came, and checked anew each time.
import { parseExport } from "./exportfile.js";
import { layTogether, withoutTable } from "./inbox.js";

const VERSION = 1;
// In characters: the table's own work must find room beside them in what a browser grants.
const MOST = 1_500_000;

// `onTrouble(key)` is called once; what is on the page stays as it is.
export function makeFileStore(reach, map, { onTrouble }) {
  const key = `regiongeo/${map}/tables`;
  let isTold = false;

  function save(files) {
    const text = JSON.stringify({ version: VERSION, files });
    try {
      if (files.length && text.length > MOST) throw new RangeError("too long");
      if (files.length) reach().setItem(key, text);
      else reach().removeItem(key);
    } catch {
      // What was kept before stays kept.
      if (!isTold) onTrouble("ws_tables_not_kept");
      isTold = true;
    }
  }

  // [{ name, text, anyMap }]; whatever is not of this shape is passed over.
  function load() {
    try {
      const { version, files } = JSON.parse(reach().getItem(key));
      return version === VERSION ? files.filter(isFile).map(({ name, text, anyMap }) => ({ name, text, anyMap: anyMap === true })) : [];
    } catch {
      return [];
    }
  }

  return { save, load };
}

const isFile = (one) => typeof one?.name === "string" && typeof one.text === "string";

// The same content is kept once, under the name it came with last.
export function addFiles(known, added) {
  return [...new Map([...known, ...added].map((one) => [one.text, one])).values()];
}

// Each change gives what is laid together now (merge.js). `box` and `map` are those that files are checked by.
export function makeTables(store, { map, box }) {
  let files = [];
  let merged = new Map();
  const read = ({ text, anyMap }) => parseExport(text, { map, box, anyMap }).file;

  function put(next) {
    files = next;
    store.save(files);
    return merged;
  }

  return {
    load() {
      const sound = store.load().map((one) => [one, read(one)]).filter(([, file]) => file);
      files = sound.map(([one]) => one);
      merged = layTogether(merged, sound.map(([, file]) => file));
      return merged;
    },
    // `texts` as they were chosen; those that are not sound, or not `isTheirs(file)`, are passed over.
    add(texts, { anyMap, isTheirs }) {
      const sound = texts.filter(({ text }) => text !== undefined).map(({ name, text }) => ({ name, text, anyMap }))
        .map((one) => [one, read(one)]).filter(([, file]) => file && isTheirs(file));
      merged = layTogether(merged, sound.map(([, file]) => file));
      return sound.length ? put(addFiles(files, sound.map(([one]) => one))) : merged;
    },
    drop(table) {
      merged = withoutTable(merged, table);
      return put(files.filter((one) => read(one)?.table !== table));
    },
  };
}
