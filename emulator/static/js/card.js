// A template card of WeCom.

import { h } from "./dom.js";
import { safeLink, words } from "./text.js";

/** The card as `tools.me` sees it; tools.press(key, selected) is a click. */
export function cardBox(body, tools) {
  const card = body.for?.[tools.me] ?? body.card;
  const chosen = {};
  const press = (key) => tools.press?.(key, chosen);
  return h("div", { class: "card" },
    card.source?.desc ? h("small", {}, card.source.desc) : null,
    card.main_title?.title ? h("strong", {}, card.main_title.title) : null,
    card.main_title?.desc ? h("p", { class: "soft" }, card.main_title.desc) : null,
    card.emphasis_content ? h("p", { class: "emphasis" }, card.emphasis_content.title, h("small", {}, card.emphasis_content.desc ?? "")) : null,
    picture(card.card_image?.url),
    card.quote_area?.quote_text ? h("blockquote", {}, card.quote_area.quote_text) : null,
    card.sub_title_text ? h("p", {}, words(card.sub_title_text)) : null,
    rows(card.horizontal_content_list),
    questions(card, chosen),
    buttons(card, press),
    links(card));
}

const picture = (address) => (address && safeLink(address) ? h("img", { src: address, alt: "", class: "cover" }) : null);

const rows = (list) =>
  list?.length ? h("dl", {}, list.map((one) => [h("dt", {}, one.keyname), h("dd", {}, linked(one.value ?? "", one.url))])) : null;

const linked = (label, address) =>
  address && safeLink(address) ? h("a", { href: safeLink(address), target: "_blank", rel: "noopener noreferrer" }, label) : label;

function questions(card, chosen) {
  const selects = [card.button_selection, ...(card.select_list ?? [])].filter(Boolean).map((one) => {
    chosen[one.question_key] = [one.selected_id ?? one.option_list[0].id];
    return h("label", {}, one.title ?? "", h("select", { test: `select-${one.question_key}`, onchange: (event) => (chosen[one.question_key] = [event.target.value]) },
      one.option_list.map((option) => h("option", { value: option.id }, option.text))));
  });
  return card.checkbox ? [...selects, boxes(card.checkbox, chosen)] : selects;
}

function boxes(question, chosen) {
  const key = question.question_key;
  chosen[key] = question.option_list.filter((one) => one.is_checked).map((one) => one.id);
  const tick = (id, on) => (chosen[key] = question.mode ? [...chosen[key].filter((one) => one !== id), ...(on ? [id] : [])] : [id]);
  return h("fieldset", {}, question.option_list.map((one) =>
    h("label", {}, h("input", { type: question.mode ? "checkbox" : "radio", name: key, checked: one.is_checked, onchange: (event) => tick(one.id, event.target.checked) }), one.text)));
}

function buttons(card, press) {
  const replaced = card.replace_text ? h("button", { type: "button", class: "replaced", test: "card-replaced", disabled: true }, card.replace_text) : null;
  const pressable = replaced ? [] : [...(card.button_list ?? []), ...(card.submit_button ? [card.submit_button] : [])];
  const list = [...pressable, ...(card.action_menu?.action_list ?? [])];
  return replaced || list.length ? h("div", { class: "buttons" }, replaced, list.map((one) => button(one, press))) : null;
}

const button = (one, press) =>
  one.type === 1
    ? h("a", { class: `style-${one.style ?? 1}`, href: safeLink(one.url), target: "_blank", rel: "noopener noreferrer" }, one.text)
    : h("button", { type: "button", class: `style-${one.style ?? 1}`, test: `card-${one.key}`, onclick: () => press(one.key) }, one.text);

const links = (card) => {
  const list = [...(card.jump_list ?? []).filter((one) => one.url), ...(card.card_action?.url ? [{ title: "查看详情", url: card.card_action.url }] : [])];
  return list.length ? h("p", { class: "links" }, list.map((one) => linked(one.title, one.url))) : null;
};
