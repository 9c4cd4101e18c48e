// Building the page. Text only ever becomes text nodes, so nothing a person writes is markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element: h("button", {class: "send", onclick: f, test: "group-send"}, "发送"). */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "test") element.dataset.test = value;
  else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "value") element.value = value;
  else element.setAttribute(name, value === true ? "" : value);
}

const PATHS = {
  photo: "M4 7h3l2-2h6l2 2h3v12H4zM12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
  voice: "M12 3.5a2.5 2.5 0 0 0-2.5 2.5v6a2.5 2.5 0 0 0 5 0V6A2.5 2.5 0 0 0 12 3.5zM6 11v1a6 6 0 0 0 12 0v-1M12 18v3",
  place: "M12 21s-6-6-6-11a6 6 0 0 1 12 0c0 5-6 11-6 11zM12 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  scan: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M4 12h16",
  door: "M6 21V4h12v17M4 21h16M14.5 12v1.5",
  quote: "M5 17V9h6v5c0 2-1 3-3 3M13 17V9h6v5c0 2-1 3-3 3",
  play: "M9 8a6 6 0 0 1 0 8M12.5 5.5a10 10 0 0 1 0 13M6 10.5a2.5 2.5 0 0 1 0 3",
  more: "M4 7h16M4 12h16M4 17h16",
};

/** A small line drawing that screen readers skip. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  svg.append(path);
  return svg;
}

let hiding = 0;

/** A line at the bottom that goes away by itself. */
export function toast(words) {
  const box = document.getElementById("toast");
  box.textContent = words;
  box.classList.add("shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => box.classList.remove("shown"), 4000);
}

/** Open the sheet with a title; closes by Esc, by the button, or by a click beside it. */
export function sheet(title, ...content) {
  const dialog = document.getElementById("sheet");
  const close = h("button", { type: "button", class: "close", "aria-label": "关闭", onclick: () => dialog.close() }, "×");
  dialog.replaceChildren(h("div", { class: "inside" }, h("h2", { id: "sheet-title" }, title), close, ...content));
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  dialog.showModal();
  return dialog;
}

/** A colour that stays the same for a name. */
export function hue(name) {
  let sum = 7;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}

/** A round picture with the first letter of a name. */
export function avatar(name, kind = "") {
  const face = h("span", { class: `avatar ${kind}`, "aria-hidden": "true" }, [...name][0] || "?");
  if (!kind) face.style.setProperty("--hue", hue(name));
  return face;
}
