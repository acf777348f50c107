// Files of tables coming in: each is checked by itself, and those that are sound are laid together.
import { parseExport } from "./exportfile.js";
import { FOREVER, conflicts, merge, mergeFiles, standing } from "./merge.js";

// files: [{ name, text }] or [{ name, problem }]; returns { good, bad }, bad ones with all their problems.
export function sortFiles(files, options) {
  const checked = files.map((one) => {
    if (one.problem) return { ...one, problems: [one.problem] };
    return { ...one, ...parseExport(one.text, options) };
  });
  return { good: checked.filter(({ file }) => file).map(({ file }) => file), bad: checked.filter(({ file }) => !file) };
}

// Files of this very table give back what is missing here; what stands here stays.
export function giveBack(files, { map, table, records }) {
  const here = { map, table, exported: FOREVER, records: [...records.values()] };
  const merged = mergeFiles([here, ...files]);
  return {
    added: standing(merged).map(({ record }) => record).filter(({ id }) => !records.has(id)),
    conflicts: conflicts(merged),
  };
}

export function layTogether(known, files) {
  return merge(known, mergeFiles(files));
}

export function withoutTable(known, table) {
  return new Map([...known].filter(([, entry]) => entry.table !== table));
}
