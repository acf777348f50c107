// Files out and in: a download, a place to drop files on, and the bytes of what was dropped as text.
import { make } from "../dom.js";
import { LIMITS } from "./limits.js";
import { cleanLine, compareTexts, cutTo } from "./texts.js";

const MOST_FILES = 100;

// Letters and digits every file system takes: "regiongeo-bord-3-2027-01-14-124103.geojson".
export function nameFile(table, exported) {
  const plain = table.toLowerCase().replace(/[æä]/g, "ae").replace(/[øö]/g, "o").normalize("NFD");
  const slug = plain.replace(/[\u0300-\u036f]/g, "").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40);
  const time = exported.slice(0, 19).replace("T", "-").replaceAll(":", "");
  return ["regiongeo", slug, time].filter(Boolean).join("-") + ".geojson";
}

export function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/geo+json" }));
  const link = make("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the address a moment after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// [{ name, text }] or [{ name, problem }] for each file, in order of name so that the order of choice is nothing.
export async function readFiles(files) {
  const chosen = [...files].sort((one, other) => compareTexts(one.name, other.name));
  return Promise.all(chosen.map((file, at) => (at < MOST_FILES ? readFile(file) : refuse(file, "bad_files", { most: MOST_FILES }))));
}

function refuse({ name }, key, values = {}) {
  return { name: cutTo(cleanLine(name), 80), problem: { key, values } };
}

async function readFile(file) {
  if (file.size > LIMITS.bytes) return refuse(file, "bad_size", { most: LIMITS.bytes / 1e6 });
  let bytes;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    return refuse(file, "bad_read");
  }
  try {
    return { name: cutTo(cleanLine(file.name), 80), text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return refuse(file, "bad_utf8");
  }
}

// Anywhere on the page: a file dropped beside the mark would else be opened in place of the page, and the work lost.
export function connectDrop(words, onFiles) {
  const veil = make("div", { class: "ws-veil", "aria-hidden": "true", hidden: true }, make("p", {}, words.say("ws_drop_here")));
  document.body.append(veil);
  const hasFiles = ({ dataTransfer }) => [...(dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) veil.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    veil.hidden = true;
    onFiles(event.dataTransfer.files);
  });
}
