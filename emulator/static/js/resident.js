// A resident's phone: WeChat with the account open.

import { emulatedNow, post, state, withPhoto } from "./api.js";
import { composer } from "./composer.js";
import { avatar, h, icon, sheet } from "./dom.js";
import { People } from "./people.js";
import { choosePhoto } from "./photos.js";
import { Screen, hour, when } from "./screen.js";

const PLACES = [
  { label: "幸福小区 3 号楼门口", lat: 31.2304, lon: 121.4737 },
  { label: "社区食堂", lat: 31.2311, lon: 121.4752 },
  { label: "小区东门", lat: 31.2298, lon: 121.4761 },
];

let current = "";

const me = () => state.residents.find((one) => one.openid === current);
const act = (action, data = {}) => post(`residents/${encodeURIComponent(current)}/${action}`, data);
const chatOf = (openid) => `resident/${openid}`;

function choose(id, content) {
  act("choose", { menu_id: id, content });
}

const screen = new Screen("聊天",
  (message) => {
    const mine = message.sender === current;
    return { name: mine ? me()?.name ?? "我" : state.account.name, mine, face: mine ? "" : "account" };
  },
  () => ({ choose }),
  () => [avatar(state.account.name, "account"), h("strong", {}, state.account.name), me()?.followed ? "已经关注，说句话试试" : "还没有关注，先点下面的按钮"]);

const typed = composer("resident", "输入文字", async (text) => (text.trim() ? act("text", { text }) : true));
const people = new People("resident", "谁的手机", become);
const title = h("h2", { class: "title" });
const clock = h("span", { class: "status-time" });
const note = h("p", { class: "window", test: "window" });
const tools = h("div", { class: "tools" });
const menu = h("div", { class: "account-menu" });
const foot = h("div", { class: "foot" });

/** The phone, once. */
export function residentPhone() {
  tools.append(
    tool("photo", "照片", "resident-photo", () => choosePhoto((photo) => act("image", withPhoto({}, photo)))),
    tool("voice", "语音", "resident-voice", speak),
    tool("place", "位置", "resident-place", sendPlace),
    tool("scan", "扫码", "resident-scan", scan));
  const handset = h("div", { class: "handset wechat" },
    h("div", { class: "status" }, clock, h("span", {}, "微信")),
    h("header", {}, title, h("button", { type: "button", class: "leave", test: "unfollow", onclick: leave }, "取消关注")),
    note, screen.list, foot);
  const more = h("button", { type: "button", class: "add", test: "resident-add", onclick: add }, "＋ 添加居民");
  return h("section", { class: "phone", id: "phone-resident", test: "phone-resident", "aria-label": "居民的手机" },
    h("div", { class: "people" }, people.row, more), handset);
}

const tool = (name, label, test, onclick) => h("button", { type: "button", test, onclick }, icon(name), label);

/** Show the newest state. */
export function updateResident() {
  if (!me()) current = state.residents[0]?.openid ?? "";
  const resident = me();
  people.show(state.residents.map(({ openid, name }) => ({ id: openid, name, chat: chatOf(openid) })), current);
  title.textContent = resident?.typing ? "对方正在输入…" : state.account.name;
  document.querySelector(".leave").hidden = !resident?.followed;
  clock.textContent = hour(emulatedNow());
  note.textContent = resident?.followed && resident.window ? windowWords(resident.window) : "";
  note.hidden = !note.textContent;
  setFoot(resident);
  screen.show(chatOf(current));
}

const windowWords = ({ left, until }) =>
  state.account.kind === "unverified" ? "这个公众号没有认证，不能主动发消息" :
  until > emulatedNow() ? `公众号还能主动发 ${left} 条，到 ${when(until)}` : "公众号现在不能主动发消息，要等居民先说话";

function become(openid) {
  current = openid;
  updateResident();
}

let footState = "";

function setFoot(resident) {
  const wanted = JSON.stringify([resident?.openid, resident?.followed, state.menu, state.scenes]);
  if (wanted === footState) return;
  footState = wanted;
  menu.replaceChildren(...state.menu.map(topButton));
  foot.replaceChildren(...(resident?.followed ? [menu, typed.row, tools] : resident ? [invitation()] : []));
}

function topButton(button) {
  if (!button.sub_button?.length) return leaf(button);
  const box = h("details", { name: "menu" }, h("summary", {}, icon("more"), button.name));
  box.append(h("div", { class: "subs" }, button.sub_button.map((one) => leaf(one, () => (box.open = false)))));
  return box;
}

function leaf(button, after = () => {}) {
  const key = button.key ?? button.url ?? button.pagepath ?? "";
  return h("button", { type: "button", test: `menu-${key}`, onclick: () => {
    after();
    act("menu", { key });
    if (button.type === "view") window.open(button.url, "_blank", "noopener");
  } }, button.name);
}

const invitation = () =>
  h("div", { class: "invite" },
    h("button", { type: "button", class: "big", test: "follow", onclick: () => act("follow") }, "关注公众号"),
    state.scenes.length ? h("button", { type: "button", class: "plain", test: "resident-scan", onclick: scan }, "或者扫门上的二维码") : null);

function scan() {
  const dialog = sheet("扫哪一扇门上的二维码？",
    h("div", { class: "doors" }, state.scenes.map((one) => h("button", { type: "button", test: `scan-${one.scene}`, onclick: () => {
      dialog.close();
      act("scan", { scene: one.scene });
    } }, icon("door"), one.label))));
}

function speak() {
  const said = h("textarea", { rows: 3, test: "voice-text", placeholder: "比如：三号楼的电梯又坏了", "aria-label": "说的话" });
  const send = (text) => {
    dialog.close();
    act("voice", { text });
  };
  const dialog = sheet("发语音", h("p", {}, "写下说的话，微信会把它当作语音识别的结果。"), said,
    h("div", { class: "choices-row" },
      h("button", { type: "button", class: "big", test: "voice-send", onclick: () => send(said.value) }, "发送语音"),
      h("button", { type: "button", class: "plain", test: "voice-unclear", onclick: () => send("") }, "听不清")));
}

function sendPlace() {
  const dialog = sheet("发位置", h("div", { class: "doors" }, PLACES.map((one, number) => h("button", { type: "button", test: `place-${number}`, onclick: () => {
    dialog.close();
    act("location", one);
  } }, icon("place"), one.label))));
}

function add() {
  const name = h("input", { test: "resident-name", placeholder: "比如：李大爷", "aria-label": "称呼", maxlength: 20 });
  const save = async () => {
    const made = await post("residents", { name: name.value });
    if (!made) return;
    if (!state.residents.some((one) => one.openid === made.openid)) state.residents.push(made);
    current = made.openid;
    dialog.close();
    updateResident();
  };
  name.addEventListener("keydown", (event) => event.key === "Enter" && !event.isComposing && save());
  const dialog = sheet("添加居民", h("label", {}, "怎么称呼", name), h("button", { type: "button", class: "big", test: "resident-save", onclick: save }, "添加"));
  name.focus();
}

function leave() {
  const dialog = sheet("取消关注？", h("p", {}, "取消后收不到消息；按平台的要求，机器人会删除这位居民的资料。"),
    h("div", { class: "choices-row" },
      h("button", { type: "button", class: "big danger", test: "unfollow-yes", onclick: () => {
        dialog.close();
        act("unfollow");
      } }, "取消关注"),
      h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, "再想想")));
}
