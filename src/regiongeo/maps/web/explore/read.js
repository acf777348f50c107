// The blocks of the page: JSON, gzip, base64, which no markup and no template can take for anything else.
import { readData } from "../data.js";

export function readBlocks(page) {
  const places = [...page.querySelectorAll("script.rg-explore")];
  return Promise.all(places.map((place) => readData({ getElementById: () => place })));
}
