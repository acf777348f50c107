// Another scenario as the page's own data with what differs put in: regiongeo/maps/patch.py, step by step.

export function applyPatch(old, patch) {
  if (patch === undefined || patch === null) return old;
  if ("=" in patch) return patch["="];
  if ("at" in patch) return old.map((value, at) => applyPatch(value, patch.at[at]));
  const gone = new Set(patch.but ?? []);
  const of = new Map(Object.entries(patch.of));
  const kept = Object.entries(old).filter(([key]) => !gone.has(key)).map(([key, value]) => [key, applyPatch(value, of.get(key))]);
  const added = [...of].filter(([key]) => !Object.hasOwn(old, key)).map(([key, one]) => [key, one["="]]);
  return Object.fromEntries([...kept, ...added]);
}

// The data of another scenario. What moves with the weights is its own, the rest is shared.
export function patchData(data, { patch, sites: { but, patch: changes, more } }) {
  const gone = new Set(but);
  const known = data.sites.filter(({ id }) => !gone.has(id));
  const patched = applyPatch({ ...data, sites: null }, patch);
  return ownFigures({ ...patched, sites: [...applyPatch(known, changes), ...more] });
}

export function ownFigures(data) {
  const sites = data.sites.map((site) => ({ ...site }));
  return {
    ...data, sites, criteria: data.criteria.map((one) => ({ ...one, given: one.weight })), isGiven: true,
    ranked: [...sites].sort((one, other) => one.rank - other.rank),
  };
}
