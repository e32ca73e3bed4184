// "My phone": call yourself, listen to the sound, allow notifications.

import { csrfToken } from "../crmplus/toast.js";
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
  const listen = () => play(form.elements.sound.value, Number(form.elements.volume.value));
  button.hidden = false;
  button.addEventListener("click", listen);
  form.elements.sound.addEventListener("change", listen);
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

selfCall();
sound();
desktop();
methods();
