// Choosing a photo: a sample, or one's own.

import { h, sheet } from "./dom.js";

let samples = null;

/** Ask for a photo; take({name, label, src} or {file, src}) is called with it. */
export async function choosePhoto(take) {
  samples ??= await (await fetch("/emu/photos")).json();
  const done = (photo) => {
    dialog.close();
    take(photo);
  };
  const own = h("input", { type: "file", accept: "image/*", test: "photo-file", onchange: (event) => {
    const file = event.target.files[0];
    if (file) done({ file, label: file.name, src: URL.createObjectURL(file) });
  } });
  const dialog = sheet("选一张照片",
    h("div", { class: "photos" }, samples.map((one) => {
      const src = `/emu/photos/${one.name}.jpg`;
      return h("button", { type: "button", test: `photo-${one.name}`, onclick: () => done({ ...one, src }) }, h("img", { src, alt: "" }), one.label);
    })),
    h("label", { class: "own" }, "从相册里选自己的照片", own));
}
