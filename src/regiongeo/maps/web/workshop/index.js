// The workshop in the page: drawing, notes, votes and files of one table. Read this first.
import { make, showToast } from "../dom.js";
import { showPlace } from "../view.js";
import { makeDrawing } from "./drawing.js";
import { boxOf, buildExport } from "./exportfile.js";
import { makeFileWeights } from "./fileweights.js";
import { connectDrop, download, nameFile, readFiles } from "./files.js";
import { insideOf, latlngsOf } from "./geometry.js";
import { giveBack, sortFiles } from "./inbox.js";
import { LIMITS } from "./limits.js";
import { describeSketch, showCoordinates } from "./measure.js";
import { conflicts } from "./merge.js";
import { drawOpinion, drawOthers } from "./notes.js";
import { makeFileStore, makeTables } from "./othertables.js";
import { drawForeignCard, drawProposalCard } from "./proposalcard.js";
import { blankFeedback, makeListing, makeScores, newId, newName } from "./records.js";
import { makeSaved } from "./saved.js";
import { clear, makeSession, makeStore, put, putAll, redo, remove, rename, restore, serialise, undo } from "./session.js";
import { makeShapes } from "./shapes.js";
import { toGeometry } from "./sketch.js";
import { makeTablePanel } from "./tablepanel.js";
import { writeTime } from "./texts.js";
import { addControl, addTools } from "./tools.js";

const ZOOM = 12;

// `panel` shows a card beside the map (panel.js), `onSite` opens that of a site; `onChange` gets our proposals,
// `onWeights` the weights of our own file.
export function connectWorkshop({ map, data, words, announce, onChange = () => {}, panel, onSite = () => {}, onWeights = null }) {
  const box = boxOf(data);
  const scores = makeScores((latlngs) => data.provisional?.(latlngs) ?? null);
  const listing = makeListing(data, words, scores.scoreOf);
  const [reach, onTrouble] = [() => window.localStorage, (key) => tell(words.say(key))];
  const store = makeStore(reach, data.map_id, { onTrouble });
  const foreign = makeTables(makeFileStore(reach, data.map_id, { onTrouble }), { map: data.map_id, box });
  const saved = makeSaved(reach, data.map_id, { weigh: () => (data.isGiven === false ? JSON.stringify(data.weightsNow()) : null) });
  const drawing = makeDrawing(map, words, { announce });
  const shapes = makeShapes(map, { onSelect: open });
  const list = makeTablePanel(words, {
    onName: (table) => apply(rename(session, table)), onUndo: stepBack, onRedo: stepOn, onSave: save, onFiles: takeFiles,
    onClear: () => apply(clear(session)), onSelect: visit, onDrop: dropTable, onAnyway: takeAnyway,
  });
  let session = store.load((text) => restore(text, { map: data.map_id, box })) ?? makeSession();
  let tables = [];
  const takeWeights = onWeights && makeFileWeights({
    keys: data.criteria.map(({ key }) => key), get: data.weightsNow, set: onWeights, isGiven: () => data.isGiven !== false,
    offer: list.offerWeights, onTaken: () => tell(words.say("ws_weights_taken")),
  });
  let opened = null;

  addTools(map, words, { onStart: startTool, onStop: drawing.cancel });
  addControl(map, showCoordinates(map, words), "bottomleft");
  connectDrop(words, takeFiles);
  document.addEventListener("keydown", onKey);
  store.watch(window);
  window.addEventListener("beforeunload", warn);
  saved.start(session.now);
  layOut(foreign.load());

  function apply(next) {
    session = next;
    const { map_id: id, data_version: dataVersion } = data;
    store.save(serialise(session, { map: id, dataVersion, exported: writeTime(new Date()) }));
    saved.keep(session.now);
    show();
    onChange(proposals());
  }

  function show() {
    const chosen = opened?.root.isConnected ? opened.key : null;
    const { table, records } = session.now;
    const items = listing.own(records);
    shapes.show([...items, ...tables.flatMap((one) => one.items)].filter(({ record }) => record.kind === "proposal"), chosen);
    list.show({
      table, items, canUndo: session.past.length > 0, canRedo: session.future.length > 0, isSaved: saved.is(session.now),
    });
  }

  // `clashes` are those of our own files, told until the next files come.
  function layOut(merged, clashes = []) {
    tables = listing.others(merged);
    list.showTables(tables, [...clashes, ...conflicts(merged)].map(listing.conflict));
    show();
  }

  // The browser asks in words of its own.
  function warn(event) {
    if (saved.is(session.now)) return;
    event.preventDefault();
    event.returnValue = "";
  }

  function tell(text) {
    announce(text);
    showToast(text);
  }

  // Back and forth

  function stepBack() {
    if (!session.past.length) return;
    apply(undo(session));
    announce(words.say("ws_undone"));
    refill();
  }

  function stepOn() {
    if (!session.future.length) return;
    apply(redo(session));
    announce(words.say("ws_redone"));
    refill();
  }

  function onKey(event) {
    const isTyping = event.target.matches?.("input:not([type=checkbox]):not([type=range]), textarea, select");
    if (isTyping || !(event.ctrlKey || event.metaKey) || event.altKey || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    const act = key === "z" ? (event.shiftKey ? stepOn : stepBack) : key === "y" && stepOn;
    if (!act) return;
    event.preventDefault();
    act();
  }

  // The open card follows; the card of a proposal that is gone is closed.
  function refill() {
    if (!opened?.root.isConnected) return;
    if (opened.isGone?.()) panel.close();
    else opened.fill();
    // What had the focus may have been drawn anew.
    if (opened && document.activeElement === document.body) opened.root.querySelector("h2, button").focus();
  }

  // Drawing

  function startTool(kind, { byKey, onEnd }) {
    const describe = (sketched, corners) => describeSketch(sketched, corners, words);
    const keepsResult = kind === "line" || kind === "area";
    drawing.start(kind, { byKey, onEnd, describe, keepsResult, onDone: add });
  }

  function add(kind, corners) {
    const { records } = session.now;
    const geometry = hasRoom() && geometryOf(kind, corners);
    if (!geometry) return null;
    const record = {
      id: newId(), kind: "proposal", navn: newName(records, words), notat: "", merke: null, stemmer: 0,
      created: writeTime(new Date()), geometry,
    };
    apply(put(session, record));
    announce([words.say("ws_drawn", { name: record.navn }), describeSketch("polygon", latlngsOf(geometry), words)].filter(Boolean).join(" "));
    return showProposal(record.id);
  }

  // A file holds no more than this.
  function hasRoom(added = 1) {
    const isRoomy = session.now.records.size + added <= LIMITS.features;
    if (!isRoomy) tell(words.say("ws_full", { most: words.number(LIMITS.features) }));
    return isRoomy;
  }

  function geometryOf(kind, corners) {
    const geometry = toGeometry(kind, corners);
    const [south, west, north, east] = box;
    const isInside = latlngsOf(geometry).every(([lat, lon]) => lat >= south && lat <= north && lon >= west && lon <= east);
    return isInside ? geometry : tell(words.say("ws_outside", { km: LIMITS.margin_km })) ?? null;
  }

  function redrawShape(record) {
    const kind = record.geometry.type === "Point" ? "point" : "polygon";
    const from = document.activeElement;
    const onEnd = () => from.isConnected && from.focus();
    const onDone = (_, corners) => {
      const geometry = geometryOf(kind, corners);
      if (geometry) update(record.id, { geometry });
      refill();
    };
    drawing.start(kind, { onEnd, onDone, describe: (sketched, shape) => describeSketch(sketched, shape, words) });
  }

  // Cards

  function update(id, change, step = null) {
    const record = session.now.records.get(id);
    if (record) apply(put(session, { ...record, ...change }, step && `${step}:${id}`));
  }

  // From the list: the map goes there.
  function visit(item) {
    const { kind, geometry } = item.record;
    if (kind === "proposal") showPlace(map, insideOf(geometry), Math.max(map.getZoom(), ZOOM));
    open(item);
  }

  function open({ record, table, key }) {
    if (record.kind === "feedback") openSite(record.id);
    else if (table === null) showProposal(record.id);
    else showForeign({ record, table, key });
  }

  function openSite(id) {
    const site = listing.siteOf(id);
    if (site) onSite(site);
    else tell(words.say("ws_site_unknown", { id }));
  }

  function showProposal(id) {
    const draw = () => {
      const record = session.now.records.get(id);
      return drawProposalCard(record, words, {
        score: scores.scoreOf(record), criteria: data.criteria ?? [], onBack: panel.close,
        onChange: (change, step) => update(id, change, step), onRedraw: () => redrawShape(session.now.records.get(id)), onRemove: () => removeProposal(id),
      });
    };
    openCard(id, draw, { isGone: () => !session.now.records.has(id) });
  }

  function removeProposal(id) {
    const { navn } = session.now.records.get(id);
    apply(remove(session, id));
    panel.close();
    tell(words.say("ws_removed", { name: navn }));
  }

  function showForeign(item) {
    openCard(item.key, () => drawForeignCard(item, words, { onBack: panel.close }));
  }

  function openCard(key, draw, { isGone } = {}) {
    const root = make("div", { class: "ws-card" });
    const fill = () => root.replaceChildren(...draw());
    fill();
    opened = { key, root, fill, isGone };
    panel.show([root], { onClose: () => leave(key) });
    show();
  }

  function leave(key) {
    opened = null;
    show();
    const row = [...list.element.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
    if (row?.checkVisibility?.() ?? row?.offsetParent) row.focus();
    else list.focus();
  }

  // What the table says of a site, for the site's card. Where the card is drawn anew, what is being written stays.
  function siteSection(site) {
    if (opened?.key === site.id && opened.root.isConnected) return opened.root;
    const root = make("div", { class: "ws-card" });
    const fill = () => {
      const record = session.now.records.get(site.id) ?? blankFeedback(site, data.scale);
      const others = tables.flatMap(({ opinions }) => opinions.filter((one) => one.record.id === site.id));
      root.replaceChildren(drawOpinion(record, words, (change, step) => say(site, change, step)), drawOthers(others, words));
    };
    fill();
    opened = { key: site.id, root, fill };
    show();
    return root;
  }

  function say(site, change, step = null) {
    const known = session.now.records.get(site.id);
    const record = known ?? blankFeedback(site, data.scale);
    if (known || hasRoom()) apply(put(session, { ...record, ...change }, step && `${step}:${site.id}`));
  }

  // Files

  function save() {
    const { records } = session.now;
    const table = session.now.table.trim();
    if (table === "") {
      list.askName();
      return tell(words.say("ws_name_first"));
    }
    const exported = writeTime(new Date());
    const text = buildExport({
      map: data.map_id, dataVersion: data.data_version, exported, table, weights: data.weightsNow?.() ?? {},
      records: [...records.values()].map((record) => ({ ...record, provisional: scores.shareOf(record) })),
    });
    const name = nameFile(table, exported);
    download(name, text);
    saved.put(session.now);
    show();
    return tell(words.say("ws_saved_as", { name }));
  }

  async function takeFiles(files) {
    takeTexts(await readFiles(files));
  }

  function takeAnyway({ name, text }) {
    takeTexts([{ name, text }], { anyMap: true });
  }

  function takeTexts(texts, { anyMap = false } = {}) {
    const { good, bad } = sortFiles(texts, { map: data.map_id, box, anyMap });
    const { records } = session.now;
    const table = session.now.table.trim();
    const isOurs = (file) => file.map === data.map_id && file.table === table;
    const back = giveBack(good.filter(isOurs), { map: data.map_id, table, records });
    if (back.added.length && hasRoom(back.added.length)) apply(putAll(session, back.added));
    layOut(foreign.add(texts, { anyMap, isTheirs: (file) => !isOurs(file) }), back.conflicts);
    list.refuse(bad);
    refill();
    const count = good.reduce((sum, file) => sum + file.records.length, 0);
    tell(words.say(bad.length ? "ws_opened_some" : "ws_opened", {
      files: words.number(good.length), records: words.number(count), refused: words.number(bad.length),
    }));
    takeWeights?.(good.filter(isOurs));
  }

  function dropTable(table) {
    layOut(foreign.drop(table));
    list.focus();
  }

  // Our own proposals, with the provisional score and why it would not count: [{ record, latlngs, score, struck }].
  function proposals() {
    return [...session.now.records.values()].filter(({ kind }) => kind === "proposal")
      .map((record) => {
        const score = scores.scoreOf(record);
        const struck = score?.struck ? words.say("ws_struck", { reason: words.say(`reason_${score.struck}`) }) : "";
        return { record, latlngs: latlngsOf(record.geometry), score, struck };
      });
  }

  return {
    element: list.element,
    // For the list of layers.
    layer: { key: "ws_layer", on: true, level: 12, group: shapes.group, legend: [] },
    // Names of proposals take room in the labels' index.
    settle: shapes.settle,
    siteSection,
    proposals,
    openProposal: showProposal,
    // After the weights have changed.
    refresh() {
      scores.forget();
      saved.keep(session.now);
      show();
    },
  };
}
