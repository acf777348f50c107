// The place beside the map where one card stands at a time, closed by its button or Escape.

export function makePanel() {
  const card = document.getElementById("card");
  const results = document.getElementById("results");
  let leave = null;

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && leave && !document.querySelector("dialog[open]")) close();
  });

  function close() {
    const left = leave;
    leave = null;
    card.hidden = true;
    results.hidden = false;
    left();
  }

  return {
    close,
    // The same card with new figures: what is read and where the focus stands stay.
    renew(children) {
      const [top, at] = [card.scrollTop, [...card.querySelectorAll("button, input, textarea, summary")].indexOf(document.activeElement)];
      const open = [...card.querySelectorAll("details")].map((one) => one.open);
      card.replaceChildren(...children);
      card.querySelectorAll("details").forEach((one, number) => { one.open = open[number] ?? one.open; });
      card.scrollTop = top;
      if (at >= 0) [...card.querySelectorAll("button, input, textarea, summary")][at]?.focus();
    },
    // `onClose` is called when the card is closed, not when another one takes its place.
    show(children, { onClose }) {
      leave = onClose;
      card.replaceChildren(...children);
      results.hidden = true;
      card.hidden = false;
      card.scrollTop = 0;
      card.querySelector("h2").focus();
    },
  };
}
