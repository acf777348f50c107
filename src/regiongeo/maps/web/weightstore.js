// The weights of a table outlive a reload, like what it has drawn; a store that is full or closed is let be.

export function makeWeightStore({ map_id: id, criteria }, open = () => window.localStorage) {
  const key = `regiongeo/${id}/weights`;
  const names = criteria.map((criterion) => criterion.key);

  function save({ weights, isGiven }) {
    try {
      if (isGiven) open().removeItem(key);
      else open().setItem(key, JSON.stringify(Object.fromEntries(names.map((name, at) => [name, weights[at]]))));
    } catch {
      // The saved file is the record.
    }
  }

  function restore(weighing) {
    const weights = read();
    if (weights) weighing.set(weights);
  }

  // Whatever is not a weight for each criterion is not taken.
  function read() {
    try {
      const kept = JSON.parse(open().getItem(key));
      const weights = names.map((name) => kept[name]);
      const isSound = weights.every((one) => Number.isFinite(one) && one >= 0) && weights.some((one) => one > 0);
      return isSound ? weights : null;
    } catch {
      return null;
    }
  }

  return { save, restore, read };
}
