// Talks to the control API and keeps the newest state.

import { toast } from "./dom.js";

export const state = { version: 0, epoch: "", now: 0, residents: [], scenes: [], groups: [], members: [], bots: [], apps: [], menu: [], faults: [] };
const chats = new Map();
const listeners = [];
let skew = 0;

/** Call back after every change, with the ids of the messages that changed. */
export const onChange = (listener) => listeners.push(listener);

/** A chat's messages, oldest first. */
export const messagesOf = (chat) => [...(chats.get(chat)?.values() ?? [])];

/** Seconds since 1970 as the emulator counts them. */
export const emulatedNow = () => Date.now() / 1000 + skew;

/** POST to the control API; shows what went wrong and returns null then. */
export async function post(path, data = {}, method = "POST") {
  const form = data instanceof FormData;
  const options = { method, body: form ? data : JSON.stringify(data) };
  if (!form) options.headers = { "Content-Type": "application/json" };
  try {
    const answer = await fetch(`/emu/${path}`, options);
    const body = await answer.json();
    if (answer.ok) return body;
    toast(body.error || `没有成功（${answer.status}），请再试一次`);
  } catch {
    toast("连不上演练台，请看它是否还在运行");
  }
  return null;
}

/** What to send for a photo: {sample} by name, or a form with the file. */
export function withPhoto(data, photo) {
  if (!photo) return data;
  if (photo.name) return { ...data, photo: photo.name };
  const form = new FormData();
  for (const [key, value] of Object.entries(data)) if (value !== null && value !== undefined) form.append(key, value);
  form.append("file", photo.file);
  return form;
}

async function refresh() {
  const answer = await fetch(`/emu/state?since=${state.version}`);
  if (!answer.ok) return;
  const fresh = await answer.json();
  if (state.epoch && fresh.epoch !== state.epoch) return location.reload();
  skew = fresh.now - Date.now() / 1000;
  for (const message of fresh.messages) {
    if (!chats.has(message.chat)) chats.set(message.chat, new Map());
    chats.get(message.chat).set(message.id, message);
  }
  Object.assign(state, fresh);
  for (const listener of listeners) listener(fresh.messages);
}

let running = false;
let again = false;

async function refreshOnce() {
  again = true;
  if (running) return;
  running = true;
  while (again) {
    again = false;
    try {
      await refresh();
    } catch {
      toast("连不上演练台，请看它是否还在运行");
    }
  }
  running = false;
}

/** Load the state, then follow every change. */
export async function start() {
  await refreshOnce();
  const events = new EventSource("/emu/events");
  events.onmessage = (event) => Number(event.data) !== state.version && refreshOnce();
  events.onopen = refreshOnce;
}
