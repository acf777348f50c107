// What a table has set beside its session outlives a reload: weights, memories, what ranks are held against, and hard
// limits. A store that is full or closed is let be.

const SLOTS = ["A", "B"];
const NOTHING = { weights: null, memory: {}, against: "scenario", limits: [] };

export function makeWeightStore({ map_id: id, criteria }, open = () => window.localStorage) {
  const key = `regiongeo/${id}/weights`;
  const names = criteria.map((criterion) => criterion.key);
  const named = (weights) => weights && Object.fromEntries(names.map((name, at) => [name, weights[at]]));
  let now = null;

  // `change` has some of what `read` returns; weights that are those of the scenario are null.
  function save(change) {
    now = { ...(now ?? read()), ...change };
    const { weights, memory, ...others } = now;
    const text = JSON.stringify({ weights: named(weights), memory: mapSlots(memory, named), ...others });
    try {
      open().setItem(key, text);
    } catch {
      // The saved file is the record.
    }
  }

  // Whatever is not of the right kind is left out.
  function read() {
    const kept = readText();
    const { memory, against, limits } = kept;
    return {
      weights: readWeights(kept.weights),
      memory: mapSlots(isTable(memory) ? memory : {}, readWeights),
      against: SLOTS.includes(against) ? against : NOTHING.against,
      limits: Array.isArray(limits) ? limits.filter((item) => typeof item === "string") : NOTHING.limits,
    };
  }

  function readText() {
    try {
      const kept = JSON.parse(open().getItem(key));
      return isTable(kept) ? kept : NOTHING;
    } catch {
      return NOTHING;
    }
  }

  // A weight for each criterion, not all of them nothing, and a sum that still is a number.
  function readWeights(kept) {
    if (!isTable(kept)) return null;
    const weights = names.map((name) => (Object.hasOwn(kept, name) ? kept[name] : null));
    const isSound = weights.every((one) => Number.isFinite(one) && one >= 0 && one <= 100) && weights.some((one) => one >= 1e-6);
    return isSound ? weights : null;
  }

  return { save, read };
}

function mapSlots(memory, change) {
  return Object.fromEntries(SLOTS.map((slot) => [slot, change(memory[slot] ?? null)]).filter(([, weights]) => weights));
}

function isTable(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
