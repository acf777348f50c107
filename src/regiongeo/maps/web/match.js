// How the search box finds: pure functions over an index of {name, folded, order}.

// Letters people type without a Norwegian keyboard find the Norwegian ones.
export function fold(text) {
  return text
    .toLowerCase()
    .replace(/[æä]/g, "ae")
    .replace(/[øö]/g, "o")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "");
}

// 0 is the question, 1 starts with it, 2 has a word that does, 3 holds it, 4 does not.
export function matchOf(folded, question) {
  if (folded === question) return 0;
  const at = folded.indexOf(question);
  if (at <= 0) return at < 0 ? 4 : 1;
  return folded.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(question)) ? 2 : 3;
}

export function findHits(index, question) {
  const wanted = fold(question.trim());
  if (!wanted) return [];
  const scored = index.map((entry) => ({ entry, match: matchOf(entry.folded, wanted) }));
  return scored
    .filter(({ match }) => match < 4)
    .sort((one, other) => one.match - other.match || one.entry.order - other.entry.order)
    .map(({ entry }) => entry);
}
