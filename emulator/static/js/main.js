// Puts the phones on the page and keeps them up to date.

import { AppPhone } from "./app.js";
import { emulatedNow, onChange, post, start, state } from "./api.js";
import { h, toast } from "./dom.js";
import { setUpFaults, updateFaults } from "./faults.js";
import { GroupPhone } from "./group.js";
import { residentPhone, updateResident } from "./resident.js";
import { when } from "./screen.js";

const street = document.getElementById("street");
const tabs = document.getElementById("tabs");
const now = document.getElementById("now");
let wecom = [];

const tab = (id, label) =>
  h("button", { type: "button", test: `tab-${id}`, onclick: () => document.getElementById(`phone-${id}`).scrollIntoView({ behavior: "smooth", inline: "start", block: "nearest" }) }, label);

function build() {
  wecom = [...state.groups.map((group) => new GroupPhone(group)), ...state.apps.map((app) => new AppPhone(app))];
  street.append(residentPhone(), ...wecom.map((one) => one.element));
  tabs.append(tab("resident", "居民"), ...state.groups.map((one) => tab(one.chatid, one.name)), ...state.apps.map((one) => tab(`app-${one.name}`, one.display)));
  showTabs();
}

function showTabs() {
  tabs.classList.toggle("idle", street.scrollWidth <= street.clientWidth);
}

function tick() {
  now.textContent = when(emulatedNow());
}

async function moveClock(step) {
  const moved = await post("clock", step);
  if (moved && !moved.bot_told) toast("手机上的时间拨好了，但机器人没有跟着拨，请看它是否还在运行");
}

function setUpClock() {
  for (const button of document.querySelectorAll("[data-step]"))
    button.onclick = () => moveClock({ advance_seconds: Number(button.dataset.step) });
  document.getElementById("clock-reset").onclick = () => moveClock({ reset: true });
  setInterval(tick, 1000);
}

onChange(() => {
  if (!street.childElementCount) build();
  updateResident();
  wecom.forEach((one) => one.update());
  updateFaults();
  document.getElementById("clock-reset").hidden = !state.offset_seconds;
  now.classList.toggle("moved", Boolean(state.offset_seconds));
  tick();
});

new ResizeObserver(showTabs).observe(street);
setUpClock();
setUpFaults();
start();
