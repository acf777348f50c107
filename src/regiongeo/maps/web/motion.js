// Whoever asks their system for less motion gets a map that jumps where it would glide.
import L from "leaflet";

if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
  const { panBy } = L.Map.prototype;
  L.Map.mergeOptions({ zoomAnimation: false, markerZoomAnimation: false, fadeAnimation: false, inertia: false });
  L.Map.include({
    panBy(offset, options) {
      return panBy.call(this, offset, { ...options, animate: false });
    },
  });
}
