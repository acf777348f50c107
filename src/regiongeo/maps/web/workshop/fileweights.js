// The weights of the table's own file, when it is opened again.
import { canonical } from "./merge.js";
import { compareTexts } from "./texts.js";

// `isGiven()`: the page has the weights it came with; `offer(onTake, { isTaken })` shows a button, null takes it away.
// Returns what takes the files of the table: the latest one's weights are used at once only where nothing is lost.
export function makeFileWeights({ keys, get, set, isGiven, offer, onTaken }) {
  function use(weights) {
    set(weights);
    onTaken();
  }

  // What stood before can be had back, and so on.
  function swap(weights) {
    const before = get();
    use(weights);
    offer(() => swap(before), { isTaken: true });
  }

  return (files) => {
    const latest = [...files].sort((one, other) => compareTexts(one.exported, other.exported)).at(-1);
    const weights = latest?.weights ?? {};
    const isNews = keys.some((key) => weights[key] > 0) && canonical(weights) !== canonical(get());
    offer(isNews && !isGiven() ? () => swap(weights) : null);
    if (isNews && isGiven()) use(weights);
  };
}
