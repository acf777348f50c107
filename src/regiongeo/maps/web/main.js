// Entry of the bundle: folium's frame expects the global L, and calls regiongeo.start with its map.
import L from "leaflet";
import "leaflet/dist/leaflet.css";
import "./style.css";
import "./workshop/workshop.css";
import { start } from "./start.js";

window.L = L;
window.regiongeo = { start };
