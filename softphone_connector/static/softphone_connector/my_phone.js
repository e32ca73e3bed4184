// "My phone" and the pages of keys: call yourself, wait for the phone, listen to the
// sound, allow notifications.

import { csrfToken } from "../crmplus/toast.js";
import { live } from "../live/live.js";
import { play } from "./sound.js";

const SECOND = 1000;
const CARD_COMES = 5 * SECOND;
const LOOK_AGAIN = 200;
const PLAY = [
  ["connected", 3 * SECOND],
  ["ended", 3 * SECOND],
  ["away", 4 * SECOND],
];

const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
const part = (name) => document.querySelector(`[data-phone="${name}"]`);

function step(test, name) {
  return fetch(test.dataset.selfCall, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
    body: new URLSearchParams({ step: name, call_id: test.dataset.callId }),
    redirect: "error",
    keepalive: true,
  });
}

async function ring(test) {
  const answer = await step(test, "ringing");
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

async function appears(key) {
  const selector = `#popup-stack [data-key="${CSS.escape(key)}"]`;
  for (let waited = 0; waited < CARD_COMES; waited += LOOK_AGAIN) {
    if (document.querySelector(selector)) return true;
    await sleep(LOOK_AGAIN);
  }
  return false;
}

async function callMyself(test, button) {
  const state = test.querySelector(".phone-test-state");
  const say = (text, level = "") => {
    state.textContent = text;
    state.dataset.level = level;
  };
  button.disabled = true;
  test.dataset.running = "";
  try {
    say(test.dataset.rings);
    const { call, hindered } = await ring(test);
    if (hindered) say(hindered, "warning");
    else if (await appears(call)) say(test.dataset.seen, "good");
    else say(test.dataset.unseen, "warning");
    for (const [name, after] of PLAY) {
      await sleep(after);
      await step(test, name);
    }
    // What was found out stays there to be read.
    if (state.dataset.level === "good") say(`${test.dataset.seen} ${test.dataset.done}`, "good");
  } catch {
    say(test.dataset.failed, "warning");
  } finally {
    delete test.dataset.running;
    nextCall(test);
    button.disabled = false;
  }
}

// Another call needs another ID: of the same form, as the server checks it.
function nextCall(test) {
  const random = crypto.getRandomValues(new Uint8Array(8));
  const hex = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const digits = String(random[0] + random[1] + random[2]).padStart(3, "0");
  test.dataset.callId = `test-${hex}-${digits}`;
}

function selfCall() {
  const test = document.querySelector("[data-self-call]");
  const button = part("self-call");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => callMyself(test, button));
  // Who leaves meanwhile leaves no call behind that nobody will end.
  addEventListener("pagehide", () => "running" in test.dataset && step(test, "away"));
}

function sound() {
  const button = part("try-sound");
  if (!button) return;
  const form = button.form;
  const { sound: name, volume } = form.elements;
  const listen = () => play(name.value, Number(volume.value));
  button.hidden = false;
  button.addEventListener("click", listen);
  name.addEventListener("change", listen);
  volume.addEventListener("change", listen);
}

// Switched in the top bar or in another tab, it must not be switched back by "Save".
function disturb() {
  const box = document.querySelector(".phone-page [name=do_not_disturb]");
  if (box) live.on("availability", (message) => message.gone || (box.checked = message.disturb));
}

function desktop() {
  const button = part("allow-desktop");
  const state = document.getElementById("desktop-state");
  if (!button) return;
  const show = () => {
    const permission = globalThis.isSecureContext
      ? (globalThis.Notification?.permission ?? "denied")
      : "insecure";
    button.hidden = permission !== "default";
    state.textContent = state.dataset[permission] ?? "";
  };
  button.addEventListener("click", async () => {
    await Notification.requestPermission();
    show();
  });
  show();
}

// A template of one's own is asked for only where it counts.
function methods() {
  const method = document.querySelector("select[name=method]");
  if (!method) return;
  const field = document.querySelector("[name=template]").closest(".form-field");
  const show = () => (field.hidden = method.value !== "other");
  method.addEventListener("change", show);
  show();
}

// What is asked again and again says when nobody answers.
function waiting() {
  const away = document.querySelector(".phone-away");
  away?.parentElement.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
    away.hidden = xhr.status > 0 && xhr.status < 500;
  });
}

// A form with data-once is sent once, however often somebody clicks.
function once() {
  document.querySelectorAll("form[data-once]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      if ("sent" in form.dataset) event.preventDefault();
      form.dataset.sent = "";
    });
    addEventListener("pageshow", () => delete form.dataset.sent);
  });
}

selfCall();
sound();
disturb();
desktop();
methods();
waiting();
once();
