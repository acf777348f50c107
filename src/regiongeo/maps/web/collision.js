// Boxes [left, top, right, bottom]; block() takes its room in any case, add() says whether it found room.
export function makeIndex() {
  const taken = [];
  return {
    block: (box) => taken.push(box),
    add(box) {
      const free = taken.every((one) => one[2] <= box[0] || box[2] <= one[0] || one[3] <= box[1] || box[3] <= one[1]);
      if (free) taken.push(box);
      return free;
    },
  };
}
