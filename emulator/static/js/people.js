// Whose phone it is: a row of faces, with a dot where something new waits.

import { state } from "./api.js";
import { avatar, h } from "./dom.js";

const countOf = (chat) => state.counts?.[chat] ?? 0;

/** A row to choose a person from; choose(id) is called with the one tapped. */
export class People {
  constructor(side, label, choose) {
    this.side = side;
    this.choose = choose;
    this.row = h("div", { class: "persons", role: "group", "aria-label": label });
    this.seen = new Map();
    this.shown = "";
  }

  /** Show people [{id, name, chat}], and whose phone it is now. */
  show(people, current) {
    for (const one of people) if (one.id === current || !this.seen.has(one.id)) this.seen.set(one.id, countOf(one.chat));
    this.row.replaceChildren(...people.map((one) => this.face(one, one.id === current)));
    this.reveal(current);
  }

  /** Whose phone it is stays in sight when there are many; a person may still look through the others. */
  reveal(current) {
    if (this.shown === current) return;
    this.shown = current;
    const chip = this.row.querySelector("[aria-pressed=true]");
    if (chip) this.row.scrollLeft = chip.offsetLeft + chip.offsetWidth - this.row.offsetLeft - this.row.clientWidth + 4;
  }

  face({ id, name, chat }, mine) {
    const fresh = countOf(chat) > this.seen.get(id);
    return h("button", { type: "button", class: "person", "aria-pressed": String(mine), test: `${this.side}-${id}`, onclick: () => this.choose(id) },
      avatar(name), name, fresh ? h("b", { class: "dot", title: "有新消息" }) : null);
  }
}
