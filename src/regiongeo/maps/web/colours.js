// Colours in one place. Scores: viridis turned round, so that dark means more on a light map.
export const SCORE = ["#fde725", "#5ec962", "#21918c", "#3b528b", "#440154"];
export const TRUCKS = ["#eabf9a", "#de9459", "#c96a2b", "#9c4310", "#6b2705"];
export const TRUCK_WIDTHS = [1.6, 2.8, 4.2, 6, 8.5];
export const CHOSEN = "#d1005d";
export const STATION = "#005a9c";
export const INK = "#1d1a2b";
export const GREY = "#6f6f6b";
export const LAND = "#fbfaf6";
export const NEIGHBOUR = "#ecebe6";
export const SEA = "#c9dfea";
export const BORDER = "#c3bfb4";
export const SUBREGION = "#7d6a94";
export const BUILTUP = "#e3dcd0";
export const PARK = "#cfe3c4";
export const RAIL = "#6d7f9c";
export const MINOR = "#cfccc4";
export const UNKNOWN = "#77736b";
