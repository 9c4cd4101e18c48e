// The line to type in: Enter sends, Shift+Enter makes a new line.

import { h } from "./dom.js";

/** {row, input}: a growing text field with a send button; send(text) returns true when it is done. */
export function composer(side, label, send) {
  const input = h("textarea", { rows: 1, "aria-label": label, placeholder: label, test: `${side}-input`, maxlength: 1000 });
  const grow = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 120)}px`;
  };
  const go = async () => {
    const text = input.value;
    input.value = "";
    grow();
    if (!(await send(text)) && !input.value) input.value = text;
    grow();
    input.focus();
  };
  input.addEventListener("input", grow);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    go();
  });
  const button = h("button", { type: "button", class: "send", test: `${side}-send`, onclick: go }, "发送");
  return { row: h("div", { class: "compose" }, input, button), input };
}
