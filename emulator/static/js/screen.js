// The scrolling part of a phone: messages of one chat, with times between them.

import { h } from "./dom.js";
import { messagesOf } from "./api.js";
import { bubble } from "./bubbles.js";

const GAP_SECONDS = 300;
const DAY = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", weekday: "short" });
const TIME = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false });

/** Seconds since 1970 as 11 月 22 日 周日 14:05. */
export function when(seconds) {
  const part = Object.fromEntries(DAY.formatToParts(seconds * 1000).map((one) => [one.type, one.value]));
  return `${part.month} 月 ${part.day} 日 ${part.weekday} ${hour(seconds)}`;
}

/** Seconds since 1970 as 14:05. */
export const hour = (seconds) => TIME.format(seconds * 1000);

/** A list that shows one chat at a time; who(message) and tools(message) say how. */
export class Screen {
  constructor(label, who, tools, empty) {
    this.list = h("ol", { class: "messages", "aria-live": "polite", "aria-label": label, tabindex: "0" });
    this.who = who;
    this.tools = tools;
    this.empty = empty;
    this.chat = "";
    this.shown = new Map();
    this.stick = true;
    this.top = 0;
    this.list.addEventListener("scroll", () => this.follow());
    new ResizeObserver(() => this.stick && this.toEnd()).observe(this.list);
  }

  /** Only a person scrolls up; a picture that arrives late moves the end away, and is followed. */
  follow() {
    if (this.nearEnd()) this.stick = true;
    else if (this.list.scrollTop < this.top) this.stick = false;
    this.top = this.list.scrollTop;
  }

  nearEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 80;
  }

  /** Show a chat, or what changed in it; follows the end when it was in sight. */
  show(chat, force = false) {
    if (chat !== this.chat || force) {
      this.list.replaceChildren();
      this.shown.clear();
      this.last = 0;
    }
    if (chat !== this.chat) this.stick = true;
    this.chat = chat;
    for (const message of messagesOf(chat)) this.put(message);
    this.list.querySelector(".empty")?.remove();
    if (!this.shown.size) this.list.append(h("li", { class: "empty" }, this.empty()));
    if (this.stick) this.toEnd();
  }

  put(message) {
    const known = this.shown.get(message.id);
    const text = JSON.stringify(message);
    if (known?.text === text) return;
    const who = this.who(message);
    const row = bubble(message, who, this.tools(message));
    if (known) known.row.replaceWith(row);
    else this.append(message, row);
    if (who.mine && !known) this.stick = true;
    this.shown.set(message.id, { row, text });
    row.querySelectorAll("img").forEach((image) => image.addEventListener("load", () => this.stick && this.toEnd(), { once: true }));
  }

  append(message, row) {
    if (message.at - this.last > GAP_SECONDS) this.list.append(h("li", { class: "time" }, when(message.at)));
    this.last = message.at;
    this.list.append(row);
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
  }
}
