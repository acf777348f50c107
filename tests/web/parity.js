// Ranks what stands on the standard input; test_maps_rank.py holds the answers against Python's.
import { makeRanker } from "../../src/regiongeo/maps/web/rank.js";

let text = "";
process.stdin.on("data", (part) => { text += part; });
process.stdin.on("end", () => {
  const answers = JSON.parse(text).map(({ weights, ...question }) => {
    const ranker = makeRanker(question);
    const ranks = ranker.rank(weights);
    const count = ranker.makeCount(weights);
    while (!count.next(64));
    return { scores: ranker.score(weights), ranks, tops: ranker.topShares(weights), figures: count.figures(ranks) };
  });
  process.stdout.write(JSON.stringify(answers));
});
