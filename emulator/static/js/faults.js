// The side sheet: what should go wrong, checks, and the last deliveries.

import { post, state } from "./api.js";
import { h, toast } from "./dom.js";

const PRESETS = [
  ["同一条消息送三遍", { where: "callback", what: "duplicate", n: 2 }],
  ["下一条消息晚到，先后颠倒", { where: "callback", what: "disorder" }],
  ["机器人的回答在路上丢了一次", { where: "callback", what: "drop_answer" }],
  ["客服消息：系统繁忙，两次", { where: "custom/send", what: "errcode", errcode: -1, times: 2 }],
  ["客服消息：超过 48 小时，10 分钟", { where: "custom/send", what: "errcode", errcode: 45015, times: null, seconds_on: 600 }],
  ["客服消息：条数用完，10 分钟", { where: "custom/send", what: "errcode", errcode: 45047, times: null, seconds_on: 600 }],
  ["客服消息：发出去了，回答丢了", { where: "custom/send", what: "lost" }],
  ["公众号接口：凭证过期一次", { where: "*", what: "expire_token" }],
  ["公众号接口：凭证一直无效", { where: "message/custom/send", what: "errcode", errcode: 40001, times: null }],
  ["公众号接口：打不开（502），三次", { where: "custom/send", what: "http", status: 502, times: 3 }],
  ["公众号接口：卡 8 秒", { where: "custom/send", what: "hang", seconds: 8 }],
  ["群机器人：发得太快，1 分钟", { where: "webhook/send", what: "errcode", errcode: 45009, times: null, seconds_on: 60 }],
  ["群机器人：被停用", { where: "webhook/send", what: "errcode", errcode: 93004, times: null }],
  ["应用消息：系统繁忙，两次", { where: "app/message/send", what: "errcode", errcode: -1, times: 2 }],
  ["应用消息：发出去了，回答丢了", { where: "app/message/send", what: "lost" }],
  ["应用卡片：更新码用过了", { where: "app/message/update_template_card", what: "errcode", errcode: 42022 }],
  ["应用接口：凭证过期一次", { where: "app", what: "expire_token" }],
  ["应用照片：取不到", { where: "app/media/get", what: "errcode", errcode: 40007 }],
];

const OUTCOMES = { answered: "有回答", silent: "没有话要说", invalid: "回答不合格", failed: "没有送到", held: "压着没送" };
const dialog = document.getElementById("faults");
const active = h("ul", { class: "active-faults" });
const log = h("ol", { class: "log" });
const checked = h("p", { class: "checked", test: "verify-result", role: "status" });

/** Build the sheet and its button. */
export function setUpFaults() {
  const close = h("button", { type: "button", class: "close", "aria-label": "关闭", onclick: () => dialog.close() }, "×");
  dialog.append(h("div", { class: "inside" },
    h("h2", { id: "faults-title" }, "故障与检查"), close,
    h("p", { class: "soft" }, "点一下，让平台出一次故障，看机器人怎么应对。"),
    h("div", { class: "presets" }, PRESETS.map(([label, fault], number) =>
      h("button", { type: "button", test: `fault-${number}`, onclick: () => post("faults", { ...fault, note: label }) }, label))),
    active,
    h("h3", {}, "检查"),
    h("div", { class: "choices-row" },
      h("button", { type: "button", class: "plain", test: "verify", onclick: verify }, "检查回调地址"),
      h("button", { type: "button", class: "plain danger", test: "reset", onclick: reset }, "全部清空重来")),
    checked,
    h("h3", {}, "最近的投递"), log));
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  document.getElementById("open-faults").onclick = () => {
    dialog.showModal();
    updateFaults();
  };
}

/** Show the faults in force, and the log while the sheet is open. */
export async function updateFaults() {
  const count = document.getElementById("fault-count");
  count.hidden = !state.faults.length;
  count.textContent = state.faults.length;
  active.replaceChildren(...state.faults.map((one) =>
    h("li", { test: "fault" }, h("span", {}, one.note || `${one.where}：${one.what}`), h("small", {}, one.times === null ? "一直" : `还有 ${one.times - one.hits} 次`),
      h("button", { type: "button", class: "close", "aria-label": "恢复正常", onclick: () => post(`faults/${one.id}`, {}, "DELETE") }, "×"))));
  if (!dialog.open) return;
  const deliveries = await (await fetch("/emu/deliveries")).json();
  log.replaceChildren(...deliveries.slice(-30).reverse().map(entry));
}

const entry = (one) =>
  h("li", { class: one.outcome }, h("details", {},
    h("summary", {}, h("b", {}, OUTCOMES[one.outcome] ?? one.outcome), ` ${one.to}，${one.attempts.length} 次`),
    one.problem ? h("p", { class: "problem" }, one.problem) : null,
    h("pre", {}, one.sent), one.answer ? h("pre", {}, JSON.stringify(one.answer, null, 1)) : null));

const nameOf = (bot) => {
  const one = [...state.bots, ...state.apps].find((known) => known.name === bot);
  return one?.corp ? `${one.corp}的${one.display}` : bot;
};

async function verify() {
  checked.textContent = "正在检查…";
  const result = await post("verify");
  if (!result) return;
  const all = [["公众号", result.account], ...Object.entries({ ...result.bots, ...result.apps }).map(([name, one]) => [nameOf(name), one])];
  checked.textContent = all.map(([name, one]) => `${name}：${one.ok ? "正常" : `不正常（${one.status ?? "连不上"}）`}`).join("；");
}

async function reset() {
  if (await post("reset")) toast("已经清空");
}
