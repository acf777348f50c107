// Elements are made here and nowhere else; text goes in as text, never as markup.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

export function button(text, onClick, attributes = {}) {
  const element = make("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", onClick);
  return element;
}

export function figure(name, value, note) {
  return make("div", {}, make("dt", {}, name), make("dd", {}, make("strong", {}, value), make("small", {}, note)));
}

// What stays the same is not touched: nothing is then laid out anew.
export function putText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// These children and no others, in this order; what has its place stays in it.
export function lay(parent, wanted) {
  const kept = new Set(wanted);
  [...parent.children].filter((one) => !kept.has(one)).forEach((one) => one.remove());
  let at = parent.firstChild;
  for (const one of wanted) {
    if (one === at) at = at.nextSibling;
    else parent.insertBefore(one, at);
  }
}

export function fillText(id, text) {
  document.getElementById(id).textContent = text;
}

// A word in passing for those who look; screen readers get it by the status line.
export function showToast(text, milliseconds = 6000) {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.hidden = false;
  setTimeout(() => {
    toast.hidden = true;
  }, milliseconds);
}

export function tooltip(title, ...lines) {
  const rows = lines.filter(Boolean).map((line) => make("div", {}, line));
  return make("div", { class: "tip" }, make("strong", {}, title), ...rows);
}
