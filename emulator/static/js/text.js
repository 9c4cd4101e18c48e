// Words with links and simple markdown, built from text nodes only.

import { h } from "./dom.js";
import { state } from "./api.js";

const HERE = [location.hostname, "127.0.0.1", "localhost"];

/** The address if it may be a link: https anywhere, http only to this machine; else null. */
export function safeLink(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  const local = url.protocol === "http:" && HERE.includes(url.hostname);
  return url.protocol === "https:" || local ? url.href : null;
}

const link = (address, words) =>
  safeLink(address)
    ? h("a", { href: safeLink(address), target: "_blank", rel: "noopener noreferrer" }, words)
    : words;

const ANCHOR = /<a\s+href="([^"]*)"[^>]*>([^<]*)<\/a>|(https?:\/\/[^\s<>"“”，。；！？、）】]+)/g;

function bizmsgmenu(address) {
  if (!address.startsWith("weixin://bizmsgmenu?")) return null;
  const query = new URLSearchParams(address.slice(address.indexOf("?") + 1));
  return { content: query.get("msgmenucontent"), id: query.get("msgmenuid") };
}

/** Plain words with addresses and <a> as WeChat shows them; choose(id, content) is a tap on a choice. */
export function words(text, choose = null) {
  return pieces(text, ANCHOR, ([whole, address, label, bare]) => {
    if (bare) return link(bare, bare);
    const choice = choose && bizmsgmenu(address);
    if (!choice) return safeLink(address) ? link(address, label) : whole;
    return h("button", { type: "button", class: "inline-choice", test: "choice", onclick: () => choose(choice.id, choice.content) }, label);
  });
}

function pieces(text, pattern, make) {
  const found = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    found.push(text.slice(from, match.index), make(match));
    from = match.index + match[0].length;
  }
  return [...found, text.slice(from)];
}

const INLINE = /\*\*([^*]+)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|<font color="(info|comment|warning)">([^<]*)<\/font>|<@([^>\s]+)>|(https?:\/\/[^\s<>"“”，。；！？、）】]+)/g;

const nameOf = (userid) => state.members.find((one) => one.userid === userid)?.name ?? userid;

const inline = (text) =>
  pieces(text, INLINE, ([, bold, code, label, address, color, colored, userid, bare]) => {
    if (bold) return h("strong", {}, bold);
    if (code) return h("code", {}, code);
    if (label) return link(address, label);
    if (color) return h("span", { class: `font-${color}` }, colored);
    if (userid) return h("span", { class: "mention" }, `@${nameOf(userid)}`);
    return link(bare, bare);
  });

/** WeCom's markdown, line by line: headings, quotes, lists, rules, and what is inside a line. */
export function markdown(text) {
  return h("div", { class: "markdown" }, text.split("\n").map((line) => {
    const heading = line.match(/^(#{1,6})\s+(.*)/);
    if (heading) return h("p", { class: "heading" }, inline(heading[2]));
    if (/^>\s?/.test(line)) return h("blockquote", {}, inline(line.replace(/^>\s?/, "")));
    if (/^[-*]\s+/.test(line)) return h("p", { class: "item" }, "• ", inline(line.replace(/^[-*]\s+/, "")));
    if (/^-{3,}$/.test(line.trim())) return h("hr");
    return h("p", {}, inline(line));
  }));
}

/** @ of people below a robot's text. */
export const mentions = (userids) =>
  userids?.length ? h("p", { class: "mention" }, userids.map((one) => `@${one === "@all" ? "所有人" : nameOf(one)} `)) : null;
