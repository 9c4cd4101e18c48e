/* A list of orders or talks looks for news every few seconds; what this browser has not opened since is marked. */
"use strict";

const EVERY_MS = 5000;
const READ = "linli-read";

function readStages() {
  try {
    return JSON.parse(localStorage.getItem(READ)) || {};
  } catch {
    return {};
  }
}

function remember(number, stage) {
  const kept = Object.entries({ ...readStages(), [number]: stage }).slice(-500);
  try {
    localStorage.setItem(READ, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    /* A browser that keeps nothing marks everything as new: no harm. */
  }
}

function markUnread(list) {
  const stages = readStages();
  for (const order of list.querySelectorAll("[data-number]")) {
    const unread = String(stages[order.dataset.number]) !== order.dataset.stage;
    order.classList.toggle("unread", unread && !order.classList.contains("closed"));
  }
}

function replaceKeepingFocus(list, html) {
  const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  list.innerHTML = html;
  if (focused) {
    const again = [...list.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused);
    if (again) again.focus({ preventScroll: true });
  }
}

function numbers(list) {
  return new Set([...list.querySelectorAll("[data-number]")].map((order) => order.dataset.number));
}

function newsOf(list, before, after) {
  const fresh = [...after].filter((number) => !before.has(number));
  return fresh.length ? (list.dataset.news || "新来的工单：{}。").replace("{}", fresh.join("、")) : "";
}

let shown = null;

async function refresh(list, status, seen) {
  if (document.hidden) return seen;
  try {
    const answer = await fetch(list.dataset.refresh, {
      headers: { "X-Requested-With": "fetch", "If-None-Match": seen },
    });
    if (answer.status === 304) return seen;
    if (answer.status === 401) {
      location.reload();
      return seen;
    }
    if (!answer.ok) {
      status.textContent = "列表暂时没有更新，请稍后刷新页面。";
      return seen;
    }
    const before = numbers(list);
    const html = await answer.text();
    if (html.includes("data-reload")) location.reload();
    if (html === shown) return seen;
    shown = html;
    replaceKeepingFocus(list, html);
    markUnread(list);
    status.textContent = newsOf(list, before, numbers(list));
    return answer.headers.get("ETag") || "";
  } catch {
    status.textContent = "网络断了，列表暂时没有更新；网络好了会自动接着更新。";
    return seen;
  }
}

function watch(list) {
  const status = document.getElementById("refresh-status");
  const every = Number(list.dataset.every) || EVERY_MS;
  let seen = "";
  markUnread(list);
  const tick = async () => {
    seen = await refresh(list, status, seen);
    setTimeout(tick, every);
  };
  setTimeout(tick, every);
}

const list = document.querySelector("[data-refresh]");
if (list) watch(list);

const opened = document.querySelector("[data-opened]");
if (opened) remember(opened.dataset.opened, opened.dataset.stage);

/* An open order only says that something happened: whoever is writing keeps what they wrote. */
async function happened(page) {
  if (document.hidden) return false;
  try {
    const answer = await fetch(page.dataset.follow, { headers: { "X-Requested-With": "fetch" } });
    return answer.ok && (await answer.text()) !== page.dataset.newest;
  } catch {
    return false;
  }
}

function listen(page) {
  const tick = async () => {
    if (await happened(page)) document.getElementById("news").hidden = false;
    else setTimeout(tick, EVERY_MS);
  };
  setTimeout(tick, EVERY_MS);
}

if (opened && opened.dataset.follow) listen(opened);

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}

/* Without https a browser copies nothing by itself: then a tap on the address marks the whole of it. */
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "已复制";
  });
}

for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
  });
}

/* Keys for whoever works here all day. None acts while somebody types, and none changes anything. */
function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

function go(endpoint) {
  const link = document.querySelector(`a[data-key="${endpoint}"]`);
  if (link) location.assign(link.href);
}

const keys = document.getElementById("keys");
const KEYS = {
  "/": () => document.getElementById("q").focus(),
  j: () => step(1),
  k: () => step(-1),
  g: () => go("g"),
  n: () => go("n"),
  "?": () => keys.showModal(),
};

if (keys) {
  document.querySelector("[data-keys]").addEventListener("click", () => keys.showModal());
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, dialog[open]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(KEYS, event.key)) return;
    event.preventDefault();
    KEYS[event.key]();
  });
}

/* Whoever is away at that time cannot stand in, and nobody stands in for themselves. */
function offerSubstitutes(form) {
  const { worker_id: who, substitute_id: list, starts_at: from, ends_at: until } = form.elements;
  for (const option of list.options) {
    const spans = (option.dataset.away || "").split(" ").filter(Boolean).map((span) => span.split("/"));
    const away = spans.some(([begins, ends]) => from.value && until.value && begins < until.value && from.value < ends);
    option.disabled = Boolean(option.value) && (away || option.value === who.value);
  }
  if (list.selectedOptions[0].disabled) list.value = "";
}

const leave = document.querySelector("form[data-leave]");
if (leave) {
  leave.addEventListener("change", () => offerSubstitutes(leave));
  offerSubstitutes(leave);
}
