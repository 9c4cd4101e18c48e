// A worker's phone: WeCom with the chat of the firm's own app open.

import { emulatedNow, post, state, withPhoto } from "./api.js";
import { composer } from "./composer.js";
import { avatar, h, icon } from "./dom.js";
import { People } from "./people.js";
import { choosePhoto } from "./photos.js";
import { Screen, hour } from "./screen.js";

const nameOf = (userid) => state.members.find((one) => one.userid === userid)?.name ?? userid;

/** The phone of one app; its members take turns with it. */
export class AppPhone {
  constructor({ name }) {
    this.name = name;
    this.me = this.app.users[0] ?? "";
    this.screen = new Screen("聊天", (message) => this.who(message), (message) => this.tools(message), () => this.hint());
    this.people = new People("worker", "谁的手机", (userid) => this.become(userid));
    this.typed = composer("app", "输入文字", async (text) => (text.trim() ? this.act("text", { text }) : true));
    this.build();
  }

  get app() {
    return state.apps.find((one) => one.name === this.name);
  }

  build() {
    const { app } = this;
    this.clock = h("span", { class: "status-time" });
    this.note = h("p", { class: "window", test: "app-note" });
    const photo = h("button", { type: "button", test: "app-photo", onclick: () => choosePhoto((one) => this.act("image", withPhoto({}, one))) }, icon("photo"), "照片");
    const enter = h("button", { type: "button", test: "app-enter", title: "退出应用再打开一次", onclick: () => this.act("enter") }, icon("door"), "重新打开应用");
    this.foot = h("div", { class: "foot" }, h("div", { class: "tools left" }, photo, enter), this.typed.row);
    const title = h("h2", { class: "title" }, app.display, app.corp ? h("small", {}, app.corp) : null);
    this.element = h("section", { class: "phone", id: `phone-app-${app.name}`, test: `phone-app-${app.name}`, "aria-label": `${app.corp}员工的手机，${app.display}` },
      h("div", { class: "people" }, this.people.row),
      h("div", { class: "handset wecom" },
        h("div", { class: "status" }, this.clock, h("span", {}, "企业微信")),
        h("header", {}, title), this.note, this.screen.list, this.foot));
  }

  /** Show the newest state. */
  update() {
    const { users } = this.app;
    if (!users.includes(this.me)) this.me = users[0] ?? "";
    this.people.show(users.map((id) => ({ id, name: nameOf(id), chat: this.chat(id) })), this.me);
    this.clock.textContent = hour(emulatedNow());
    this.note.textContent = this.noted();
    this.note.hidden = !this.note.textContent;
    this.foot.hidden = !this.me;
    this.screen.show(this.chat(this.me));
  }

  chat(userid) {
    return `app/${this.name}/${userid}`;
  }

  noted() {
    const lost = this.app.dropped[this.me] ?? 0;
    if (!this.me) return "这个应用现在对谁都不可见";
    if (!this.app.hears) return "这个应用没有设置回调地址，听不见您说的话";
    return lost ? `发得太快，企业微信丢掉了 ${lost} 条消息` : "";
  }

  become(userid) {
    this.me = userid;
    this.update();
  }

  act(action, data = {}) {
    return post(`apps/${encodeURIComponent(this.name)}/members/${encodeURIComponent(this.me)}/${action}`, data);
  }

  hint() {
    return [avatar(this.app.display, "app"), h("strong", {}, this.app.display), "新工单会发到这里，也可以直接写字或发照片"];
  }

  who(message) {
    if (message.sender === "app") return { name: this.app.display, face: "app" };
    return { name: nameOf(message.sender), mine: true };
  }

  tools(message) {
    return { me: this.me, press: (key, selected) => post(`cards/${message.id}/click`, { userid: this.me, key, selected }) };
  }
}
