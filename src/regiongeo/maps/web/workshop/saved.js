// Whether everything stands in a file: what the session was, and which weights, when the table last saved one.

// `weigh()` gives the weights as a text, null where they are those of the page as it came.
export function makeSaved(reach, map, { weigh }) {
  const key = `regiongeo/${map}/saved`;
  let saved = { now: null, weights: null };
  let last;

  const is = (now) => saved.now === now && saved.weights === weigh();

  // The mark goes with the session that the browser keeps.
  function keep(now) {
    const text = is(now) ? JSON.stringify({ weights: saved.weights }) : null;
    if (text === last) return;
    last = text;
    try {
      if (text === null) reach().removeItem(key);
      else reach().setItem(key, text);
    } catch {
      // Then it counts as not saved after a reload, which loses nothing.
    }
  }

  // Where nothing was ever said there is nothing to save.
  function start(now) {
    const kept = read();
    if (kept) saved = { now, weights: kept.weights };
    else if (!now.records.size) saved = { now, weights: null };
  }

  function read() {
    try {
      const kept = JSON.parse(reach().getItem(key));
      return kept && (kept.weights === null || typeof kept.weights === "string") ? kept : null;
    } catch {
      return null;
    }
  }

  return {
    is,
    keep,
    start,
    put(now) {
      saved = { now, weights: weigh() };
      keep(now);
    },
  };
}
