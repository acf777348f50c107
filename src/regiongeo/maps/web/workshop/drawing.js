// Drawing on the map with mouse, touch or keys: a pane of glass over it takes the clicks, so that what lies below
// is not opened by them; Enter sets a corner at the cross-hair in the middle.
import L from "leaflet";
import { CHOSEN } from "../colours.js";
import { button, make } from "../dom.js";
import { addCorner, isRing, outline, refusal } from "./sketch.js";

const NEAR = { mouse: 12, touch: 24 };
const LINE = { color: CHOSEN, weight: 3, dashArray: "8 6", fillColor: "#fff", fillOpacity: 0.35, interactive: false };
const CORNER = { radius: 6, color: CHOSEN, weight: 3, fillColor: "#fff", fillOpacity: 1, interactive: false };

// `start(kind, …)` begins one of point, rectangle, polygon, line and area; what was begun before ends without a result.
export function makeDrawing(map, words, { announce }) {
  const box = map.getContainer();
  const glass = make("div", { class: "ws-glass", "aria-hidden": "true", hidden: true }, make("span", { class: "ws-cross" }));
  const bar = makeBar(words, { onFinish: finish, onBack: takeBack, onCancel: cancel });
  const ink = makeInk(map);
  let sketch = null;
  box.append(glass, bar.element);
  L.DomEvent.disableClickPropagation(bar.element);

  function start(kind, { onDone, onEnd, describe, keepsResult = false, byKey = false }) {
    cancel();
    sketch = { kind, corners: [], pointer: byKey ? middle() : null, isWhole: false, byKey, onDone, onEnd, describe, keepsResult };
    listen("on");
    map.doubleClickZoom.disable();
    glass.hidden = false;
    // Else a screen reader would keep the arrow keys to itself.
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", words.say("ws_drawing"));
    box.focus({ preventScroll: true });
    redraw();
    announce(hint());
  }

  function hint() {
    return words.say(`ws_${sketch.byKey ? "keys" : "hint"}_${sketch.kind}`);
  }

  function listen(turn) {
    map[turn]({ click: onClick, dblclick: finish, mousemove: onMove, move: onPan });
    document[turn === "on" ? "addEventListener" : "removeEventListener"]("keydown", onKey, true);
  }

  function onClick({ latlng, containerPoint, originalEvent }) {
    // The second click of a double click is where the first one was.
    if (originalEvent.detail > 1) return;
    if (isOnFirst(containerPoint, NEAR[originalEvent.pointerType] ?? NEAR.mouse)) finish();
    else set([latlng.lat, latlng.lng]);
  }

  function isOnFirst(point, reach) {
    const { kind, corners, isWhole } = sketch;
    return isRing(kind) && !isWhole && corners.length > 2 && map.latLngToContainerPoint(corners[0]).distanceTo(point) <= reach;
  }

  function onMove({ latlng }) {
    sketch.byKey = false;
    sketch.pointer = [latlng.lat, latlng.lng];
    redraw();
  }

  function onPan() {
    if (sketch.byKey) sketch.pointer = middle();
    redraw();
  }

  function middle() {
    const { lat, lng } = map.getCenter();
    return [lat, lng];
  }

  // Before the map's own keys and the card's: Escape gives up the sketch, not the card.
  function onKey(event) {
    if (document.querySelector("dialog[open]")) return;
    const isOnMap = document.activeElement === box;
    const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    const act = event.key === "Escape" ? cancel : isOnMap && { Enter: setMiddle, Backspace: takeBack }[isUndo ? "Backspace" : event.key];
    if (isOnMap && event.key.startsWith("Arrow")) sketch.byKey = true;
    if (!act || (event.key === "Enter" && event.repeat)) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  function setMiddle() {
    sketch.byKey = true;
    const { corners } = sketch;
    const isOnLast = corners.length > 1 && String(addCorner(sketch.kind, corners, middle()).corners) === String(corners);
    if (isOnLast || isOnFirst(map.getSize().divideBy(2), NEAR.mouse)) finish();
    else set(middle());
  }

  function set(corner) {
    if (sketch.isWhole) Object.assign(sketch, { isWhole: false, corners: [] });
    const { corners, refused, isDone } = addCorner(sketch.kind, sketch.corners, corner);
    if (refused) return refuse(refused);
    sketch.corners = corners;
    redraw();
    if (isDone) return finish();
    return announce([words.say("ws_corner_set", { count: corners.length }), bar.shown()].filter(Boolean).join(" "));
  }

  function takeBack() {
    sketch.isWhole = false;
    sketch.corners = sketch.corners.slice(0, -1);
    redraw();
    announce(words.say("ws_corner_taken", { count: sketch.corners.length }));
  }

  function refuse(key) {
    bar.warn(words.say(key));
    announce(words.say(key));
  }

  function finish() {
    const refused = refusal(sketch.kind, sketch.corners);
    if (refused) return refuse(refused);
    if (sketch.keepsResult) return keep();
    const { kind, corners, onDone } = sketch;
    cancel();
    return onDone(kind, corners);
  }

  // A measurement stays on the map until the next one, or until it is closed.
  function keep() {
    sketch.isWhole = true;
    redraw();
    announce(bar.shown());
  }

  function cancel() {
    if (!sketch) return;
    const { onEnd } = sketch;
    listen("off");
    sketch = null;
    // Not yet: the click that ended the sketch may be the first of two.
    setTimeout(() => sketch || map.doubleClickZoom.enable(), 500);
    glass.hidden = true;
    ["role", "aria-label"].forEach((name) => box.removeAttribute(name));
    bar.hide();
    ink.clear();
    onEnd();
  }

  function redraw() {
    const { kind, corners, pointer, isWhole, byKey, describe } = sketch;
    const isOpen = pointer && !isWhole && corners.length > 0;
    const shape = outline(kind, isOpen ? [...corners, pointer] : corners);
    glass.classList.toggle("by-key", byKey);
    ink.draw(kind, shape, corners);
    bar.show(hint(), describe(kind, shape), { canBack: corners.length > 0, isWhole, kind });
  }

  return { start, cancel };
}

function makeInk(map) {
  const pane = map.createPane("ws-ink");
  pane.style.zIndex = 620;
  pane.style.pointerEvents = "none";
  const renderer = L.svg({ pane: "ws-ink" });
  const group = L.layerGroup().addTo(map);
  return {
    clear: () => group.clearLayers(),
    draw(kind, shape, corners) {
      group.clearLayers();
      const isFilled = kind !== "line" && shape.length > 2;
      const line = isFilled ? L.polygon(shape, { ...LINE, renderer }) : L.polyline(shape, { ...LINE, renderer });
      [line, ...corners.map((corner) => L.circleMarker(corner, { ...CORNER, renderer }))].forEach((one) => group.addLayer(one));
    },
  };
}

function makeBar(words, { onFinish, onBack, onCancel }) {
  const hint = make("p");
  const figure = make("p", { class: "ws-figure" });
  const warning = make("p", { class: "warning", hidden: true });
  let fading = null;
  const finish = button(words.say("ws_finish"), onFinish);
  const back = button(words.say("ws_corner_back"), onBack);
  const cancel = button(words.say("ws_cancel"), onCancel);
  const element = make("div", { class: "ws-bar", role: "group", "aria-label": words.say("ws_drawing"), hidden: true },
    hint, warning, make("div", { class: "ws-buttons" }, figure, finish, back, cancel));
  return {
    element,
    shown: () => figure.textContent,
    show(text, measured, { canBack, isWhole, kind }) {
      element.hidden = false;
      hint.textContent = text;
      figure.textContent = measured;
      back.disabled = !canBack;
      finish.hidden = isWhole || kind === "point";
      back.hidden = kind === "point";
      cancel.textContent = words.say(isWhole ? "ws_close" : "ws_cancel");
    },
    // Stays for as long as it takes to read it.
    warn(text) {
      warning.textContent = text;
      warning.hidden = false;
      clearTimeout(fading);
      fading = setTimeout(() => (warning.hidden = true), 8000);
    },
    hide() {
      element.hidden = true;
      warning.hidden = true;
    },
  };
}
