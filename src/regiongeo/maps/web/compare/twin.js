// A second map upon the page's own, cut off at the divider, that goes wherever the first one goes.
import L from "leaflet";
import { make } from "../dom.js";

const REACH = 400;
const TAKEN = ["minZoom", "maxZoom", "zoomSnap", "zoomDelta", "preferCanvas", "crs"];
const STILL = {
  zoomControl: false, attributionControl: false, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, keyboard: false,
};

// The list and the table say in words what it shows, so that keyboard and screen reader are not sent there.
export function makeTwin(map) {
  const element = make("div", { id: "twin", class: "folium-map", "aria-hidden": "true" });
  map.getContainer().after(element);
  const options = Object.fromEntries(TAKEN.filter((key) => key in map.options).map((key) => [key, map.options[key]]));
  const twin = L.map(element, { ...options, ...STILL, renderer: L.canvas({ tolerance: 4 }) });
  let begin = 0;
  // Else the divider would cut off what is said of a place near it.
  twin.on("tooltipopen", ({ tooltip }) => {
    const { x } = twin.latLngToContainerPoint(tooltip.getLatLng());
    tooltip.options.direction = x - begin < REACH ? "right" : "auto";
    tooltip.update();
  });
  twin.on("layeradd", ({ layer }) => layer.getElement?.()?.removeAttribute("tabindex"));
  twin.setView(map.getCenter(), map.getZoom(), { animate: false });
  const free = tie(map, twin);
  return {
    map: twin,
    element,
    // `at`: pixels from the left that are the first map's.
    cut(at) {
      begin = at;
      element.style.clipPath = `inset(0 0 0 ${at}px)`;
    },
    remove() {
      free();
      twin.remove();
      element.remove();
    },
  };
}

// While a map is dragged the other follows once a frame; where it stops, at once.
function tie(one, other) {
  let isFollowing = false;
  let frame = 0;
  const follow = (from, to) => {
    cancelAnimationFrame(frame);
    if (isFollowing) return;
    isFollowing = true;
    to.setView(from.getCenter(), from.getZoom(), { animate: false });
    isFollowing = false;
  };
  const soon = (from, to) => {
    if (isFollowing) return;
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => follow(from, to));
  };
  const heard = [
    [one, { moveend: () => follow(one, other), move: () => soon(one, other), resize: () => fit() }],
    [other, { moveend: () => follow(other, one), move: () => soon(other, one) }],
  ];
  function fit() {
    isFollowing = true;
    other.invalidateSize({ animate: false });
    isFollowing = false;
    follow(one, other);
  }
  heard.forEach(([map, events]) => map.on(events));
  return () => {
    cancelAnimationFrame(frame);
    heard.forEach(([map, events]) => map.off(events));
  };
}
