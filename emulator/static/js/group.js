// A WeCom phone: one group, or a member's own chat with the bot.

import { emulatedNow, post, state, withPhoto } from "./api.js";
import { composer } from "./composer.js";
import { h, icon } from "./dom.js";
import { choosePhoto } from "./photos.js";
import { Screen, hour } from "./screen.js";

const memberOf = (userid) => state.members.find((one) => one.userid === userid);

/** The phone of one group. */
export class GroupPhone {
  constructor(group) {
    this.group = group;
    this.bot = state.bots.find((one) => one.name === group.bot);
    this.me = group.members[0] ?? "";
    this.alone = false;
    this.at = true;
    this.quoted = null;
    this.photo = null;
    this.screen = new Screen("聊天", (message) => this.who(message), (message) => this.tools(message), () => this.hint());
    this.typed = composer("group", "输入文字", (text) => this.send(text));
    this.build();
  }

  build() {
    const { group, bot } = this;
    this.clock = h("span", { class: "status-time" });
    this.title = h("h2", { class: "title" });
    this.extras = h("div", { class: "extras" });
    this.mention = h("button", { type: "button", class: "at", test: "group-at", onclick: () => this.toggleAt() });
    this.modes = h("div", { class: "modes", role: "group", "aria-label": "群聊还是单聊" });
    const mine = h("select", { test: "group-me", "aria-label": "我是谁", onchange: (event) => this.become(event.target.value) },
      group.members.map((one) => h("option", { value: one }, memberOf(one)?.name ?? one)));
    const photo = h("button", { type: "button", test: "group-photo", onclick: () => choosePhoto((one) => this.attach(one)) }, icon("photo"), "照片");
    this.foot = h("div", { class: "foot" }, this.extras, h("div", { class: "tools left" }, bot ? this.mention : null, photo), this.typed.row);
    this.element = h("section", { class: "phone", id: `phone-${group.chatid}`, test: `phone-${group.chatid}`, "aria-label": group.name },
      h("div", { class: "people" }, h("label", { class: "me" }, "我是", mine), bot ? this.modes : null),
      h("div", { class: "handset wecom" },
        h("div", { class: "status" }, this.clock, h("span", {}, "企业微信")),
        h("header", {}, this.title), this.screen.list, this.foot));
  }

  /** Show the newest state. */
  update() {
    this.clock.textContent = hour(emulatedNow());
    this.title.textContent = this.alone ? `${this.bot.display}（机器人）` : `${this.group.name}（${this.group.members.length}）`;
    this.modes.replaceChildren(this.mode("群聊", false, "group-tab"), this.mode(`和${this.bot?.display}单聊`, true, "single-tab"));
    this.mention.textContent = this.at ? `@${this.bot?.display}` : `没有 @${this.bot?.display}`;
    this.mention.setAttribute("aria-pressed", String(this.at));
    this.mention.hidden = this.alone;
    this.screen.show(this.chat());
  }

  chat() {
    return this.alone ? `single/${this.group.bot}/${this.me}` : `group/${this.group.chatid}`;
  }

  mode(label, alone, test) {
    return h("button", { type: "button", test, "aria-pressed": String(this.alone === alone), onclick: () => this.turn(alone) }, label);
  }

  turn(alone) {
    this.alone = alone;
    this.photo = null;
    this.quoted = null;
    this.showExtras();
    if (alone) post(`bots/${encodeURIComponent(this.group.bot)}/single/${encodeURIComponent(this.me)}/enter`);
    this.update();
  }

  become(userid) {
    this.me = userid;
    this.screen.show(this.chat(), true);
    if (this.alone) this.turn(true);
  }

  toggleAt() {
    this.at = !this.at;
    this.update();
  }

  hint() {
    if (this.alone) return `和${this.bot.display}单独说话，比如绑定身份`;
    return this.bot ? `@${this.bot.display} 它才听得见；不 @ 的话只有群里的人看到` : "这个群里没有机器人";
  }

  who(message) {
    if (message.sender === "bot") return { name: this.bot?.display ?? "机器人", tag: "机器人", face: "bot" };
    if (message.sender === "robot") return { name: this.group.robot_name, tag: "机器人", face: "robot" };
    return { name: memberOf(message.sender)?.name ?? message.sender, mine: message.sender === this.me };
  }

  tools(message) {
    return {
      me: this.me,
      quote: (one) => this.quote(one),
      press: (key, selected) => post(`cards/${message.id}/click`, { userid: this.me, key, selected }),
    };
  }

  quote(message) {
    this.quoted = message;
    this.showExtras();
    if (message) this.typed.input.focus();
  }

  attach(photo) {
    this.photo = photo;
    this.showExtras();
    this.typed.input.focus();
  }

  showExtras() {
    const off = (label, clear) => h("button", { type: "button", class: "close", "aria-label": label, onclick: clear }, "×");
    const text = this.quoted && (this.quoted.kind === "card" ? "（卡片不能引用，对方只会看到一条空消息）" : this.quoted.body.text || this.quoted.body.title || "照片");
    this.extras.replaceChildren(
      ...(this.quoted ? [h("div", { class: "extra", test: "quoting" }, h("span", {}, `引用：${text}`), off("不引用", () => this.quote(null)))] : []),
      ...(this.photo ? [h("div", { class: "extra", test: "attached" }, h("img", { src: this.photo.src, alt: "" }), h("span", {}, this.photo.label), off("不要这张照片", () => this.attach(null)))] : []));
  }

  async send(text) {
    if (!text.trim() && !this.photo) return true;
    const common = { text, quote: this.quoted?.id ?? null };
    const sent = this.alone
      ? await post(`bots/${encodeURIComponent(this.group.bot)}/single/${encodeURIComponent(this.me)}/say`, withPhoto(common, this.photo))
      : await post(`groups/${encodeURIComponent(this.group.chatid)}/say`, withPhoto({ ...common, userid: this.me, at: this.at }, this.photo));
    if (sent) {
      this.quoted = this.photo = null;
      this.showExtras();
    }
    return sent;
  }
}
