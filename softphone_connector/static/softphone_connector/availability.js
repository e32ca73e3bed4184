// How calls announce themselves here: "do not disturb", a sound, the desktop.

import { live } from "../live/live.js";
import { csrfToken, toast } from "../crmplus/toast.js";
import { play } from "./sound.js";

const CLAIMED = "popups-announced";
const REMEMBERED = 20;
const HIDDEN_WAITS = 250;
const NOTIFICATION_STAYS = 30_000;

const form = document.getElementById("disturb");
let settings = { disturb: false, sound: "", volume: 0, desktop: false };

function show(message) {
  if (message.gone) return;
  settings = message;
  form.dataset.on = String(message.disturb);
  const button = form.querySelector("button");
  button.setAttribute("aria-pressed", String(message.disturb));
  button.title = message.disturb ? form.dataset.textOn : form.dataset.textOff;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
      body: new URLSearchParams({ on: settings.disturb ? "0" : "1" }),
      redirect: "error",
    });
    if (!answer.ok) throw new Error(answer.status);
  } catch {
    toast(form.dataset.failed, { level: "error" });
  }
});

// Of all tabs one announces a call: the one that is looked at, if any.
async function claim(key) {
  if (!document.hasFocus()) {
    const wait = HIDDEN_WAITS + Math.random() * HIDDEN_WAITS;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  const keys = JSON.parse(localStorage.getItem(CLAIMED) ?? "[]");
  if (keys.includes(key)) return false;
  localStorage.setItem(CLAIMED, JSON.stringify([...keys, key].slice(-REMEMBERED)));
  return true;
}

/** Announce a card that has just appeared because somebody calls. */
export async function announce(card) {
  const { state, direction, key } = card.dataset;
  if (state !== "ringing" || direction === "outbound" || !(await claim(key))) return;
  ring();
  const away = !document.hasFocus();
  const allowed = globalThis.Notification?.permission === "granted";
  if (settings.desktop && away && allowed) notify(card);
}

async function ring() {
  if ((await play(settings.sound, settings.volume)) || "silent" in form.dataset) return;
  form.dataset.silent = "";
  toast(form.dataset.blocked, { level: "warning" });
}

function notify(card) {
  const words = (selector) => card.querySelector(selector)?.textContent.trim() ?? "";
  const who = [words(".popup-digits"), words(".popup-title")].filter(Boolean);
  const notification = new Notification(words(".popup-state"), {
    body: who.join("\n"),
    tag: card.dataset.key,
  });
  notification.onclick = () => {
    globalThis.focus();
    notification.close();
  };
  setTimeout(() => notification.close(), NOTIFICATION_STAYS);
}

live.on("availability", show);
