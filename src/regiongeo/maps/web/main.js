// Entry of the bundle: folium's frame expects the global L, and calls regiongeo.start with its map.
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import "./style.css";
import "./workshop/workshop.css";
import "./explore/explore.css";
import "./story/story.css";
import "./compare/compare.css";
import "./atlas/atlas.css";
import "./motion.js";
import { start as startAtlas } from "./atlas/index.js";
import { prepare, start as startExplore } from "./explore/index.js";
import { start } from "./start.js";

window.L = L;
window.regiongeo = { start, explore: { prepare, start: startExplore }, atlas: startAtlas };
