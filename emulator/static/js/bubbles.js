// One message as a bubble, by its kind.

import { avatar, h, icon } from "./dom.js";
import { cardBox } from "./card.js";
import { markdown, mentions, safeLink, words } from "./text.js";

const media = (id) => `/emu/media/${encodeURIComponent(id)}`;
const picture = (id) =>
  h("a", { href: media(id), target: "_blank", rel: "noopener", class: "picture" }, h("img", { src: media(id), alt: "照片", loading: "lazy" }));

const titled = (title, text, url, extra = null) => {
  const address = url && safeLink(url);
  const box = [h("strong", {}, title || "（没有标题）"), text ? h("p", {}, text) : null, extra];
  return address
    ? h("a", { class: "article", href: address, target: "_blank", rel: "noopener noreferrer" }, box, h("span", { class: "go" }, "查看详情"))
    : h("div", { class: "article" }, box);
};

const KINDS = {
  text: (body, tools) => h("div", { class: "words" }, words(body.text, tools.choose), mentions(body.mentioned)),
  markdown: (body) =>
    h("div", {}, markdown(body.text), (body.pictures ?? []).map(picture), body.unfinished ? h("span", { class: "busy" }, "正在写…") : null),
  image: (body) => picture(body.media),
  mixed: (body) => h("div", { class: "words" }, words(body.text), picture(body.media)),
  voice: (body) => h("div", { class: "voice" }, icon("play"), body.text ? `“${body.text}”` : "语音（听不清）"),
  video: () => h("div", { class: "voice" }, "视频"),
  location: (body) => h("div", { class: "place" }, icon("place"), h("span", {}, body.text || `${body.lat}，${body.lon}`)),
  link: (body) => titled(body.title, body.text, body.url),
  news: (body) =>
    h("div", {}, [body, ...(body.more ?? [])].map((one) => titled(one.title, one.text, one.url, newsPicture(one.picture)))),
  music: (body) => titled(body.title || "音乐", "", body.url),
  file: (body) => h("a", { class: "article", href: media(body.media), download: body.title || "文件" }, body.title || "文件"),
  miniprogrampage: (body) => titled(body.title, "小程序", ""),
  menu: (body, tools) =>
    h("div", { class: "choices" },
      body.head ? h("p", {}, words(body.head)) : null,
      body.choices.map((one) => h("button", { type: "button", test: "choice", onclick: () => tools.choose?.(one.id, one.content) }, one.content)),
      body.tail ? h("p", {}, words(body.tail)) : null),
  template: (body) =>
    titled(body.title, "", body.url,
      h("dl", {}, body.fields.map((one) => [h("dt", {}, one.label), h("dd", {}, one.value)]))),
  card: (body, tools) => cardBox(body, tools),
};

const newsPicture = (address) =>
  address && (safeLink(address) || address.startsWith("/emu/")) ? h("img", { src: address, alt: "", class: "cover", loading: "lazy" }) : null;

const WIDE = ["template", "news", "card", "link"];

/** A row with face, name and bubble. who: {name, mine, tag, face}; tools: what taps do. */
export function bubble(message, who, tools) {
  if (message.kind === "notice") return h("li", { class: "notice", test: "notice", "data-id": message.id }, message.body.text);
  const content = (KINDS[message.kind] ?? KINDS.text)(message.body, tools);
  const quoted = message.quote ? h("div", { class: "quoted" }, message.quote.text || "（卡片不能引用，引用了一条空消息）") : null;
  const quoting = tools.quote
    ? h("button", { type: "button", class: "quote", test: "quote", title: "引用这条消息", "aria-label": "引用这条消息", onclick: () => tools.quote(message) }, icon("quote"))
    : null;
  const box = h("div", { class: `bubble ${message.kind}`, test: "bubble" }, content, message.body.ai ? h("small", {}, "内容由第三方 AI 生成") : null);
  if (tools.quote) box.addEventListener("click", (event) => event.target.closest("a, button, select, input, label") || tools.quote(message));
  return h("li", { class: `row ${who.mine ? "mine" : ""} ${WIDE.includes(message.kind) ? "wide" : ""} ${tools.quote ? "quotable" : ""}`, "data-id": message.id },
    avatar(who.name, who.face),
    h("div", { class: "said" },
      who.tag || !who.mine && tools.quote ? h("span", { class: "name" }, who.name, who.tag ? h("i", {}, who.tag) : null) : null,
      h("div", { class: "line" }, box, quoting),
      quoted));
}
