/* The list of orders looks for news every few seconds; what this browser has not opened since is marked. */
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

function newsOf(before, after) {
  const fresh = [...after].filter((number) => !before.has(number));
  return fresh.length ? `新来的工单：${fresh.join("、")}。` : "";
}

async function refresh(list, status, last) {
  if (document.hidden) return last;
  try {
    const answer = await fetch(list.dataset.refresh, { headers: { "X-Requested-With": "fetch" } });
    if (answer.status === 401) {
      location.reload();
      return last;
    }
    if (!answer.ok) {
      status.textContent = "列表暂时没有更新，请稍后刷新页面。";
      return last;
    }
    const html = await answer.text();
    if (html !== last) {
      const before = numbers(list);
      replaceKeepingFocus(list, html);
      markUnread(list);
      status.textContent = newsOf(before, numbers(list));
    }
    return html;
  } catch {
    status.textContent = "网络断了，列表暂时没有更新；网络好了会自动接着更新。";
    return last;
  }
}

function watch(list) {
  const status = document.getElementById("refresh-status");
  let last = null;
  markUnread(list);
  const tick = async () => {
    last = await refresh(list, status, last);
    setTimeout(tick, EVERY_MS);
  };
  setTimeout(tick, EVERY_MS);
}

const list = document.querySelector("[data-refresh]");
if (list) watch(list);

const opened = document.querySelector("[data-opened]");
if (opened) remember(opened.dataset.opened, opened.dataset.stage);

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
