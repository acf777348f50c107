// Downloads, under names every file system takes.
import { make } from "../dom.js";

export function nameFile(kind, mapId, ending, date = null) {
  const plain = mapId.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  const time = date && date.toISOString().slice(0, 16).replace("T", "-").replace(":", "");
  return `${["regiongeo", kind, plain, time].filter(Boolean).join("-")}.${ending}`;
}

export function save(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = make("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the address a moment after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
