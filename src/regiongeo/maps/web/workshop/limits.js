// What a file of the workshop may hold; Python's side has the same figures.
export const SCHEMA = "regiongeo-workshop";
export const VERSION = 1;
export const MARKS = ["aktuell", "undersok", "uaktuell"];
export const LIMITS = {
  bytes: 5_000_000, features: 2000, vertices: 500, table: 40, name: 80, note: 2000, id: 200, votes: 99, margin_km: 20,
};
