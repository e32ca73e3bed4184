// Presence on every page: one's own in the top bar, and that of the people a page shows.

import { live } from "../live/live.js";
import { csrfToken, toast } from "../crmplus/toast.js";

const SIGN_EVERY = 120_000;
const SECOND = 1000;
const ACTIVE = "presence-active";
const SIGNED = "presence-signed";
const looks = document.getElementById("presence-looks");
const own = document.getElementById("my-presence");

/** A mark and a word, as the server would have drawn them. */
export function look(key, word = "") {
  const found = looks.content.querySelector(`[data-look="${CSS.escape(key)}"]`);
  const made = found.cloneNode(true);
  if (word) made.querySelector(".presence-word").textContent = word;
  return made;
}

function clock(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
}

function tick() {
  for (const since of document.querySelectorAll(".presence-since")) {
    const passed = Math.floor((Date.now() - Date.parse(since.dateTime)) / SECOND);
    const text = clock(Math.max(0, passed));
    if (since.textContent !== text) since.textContent = text;
  }
}

function draw(place, { state, since, pause, late }) {
  const mark = look(state, pause);
  mark.classList.toggle("is-late", late);
  place.replaceChildren(mark);
  if (!since) return;
  const time = document.createElement("time");
  time.className = "presence-since";
  time.dateTime = since;
  place.append(" ", time);
}

function show({ people }) {
  for (const person of people) {
    const places = `[data-person="${person.id}"] [data-presence=state]`;
    for (const place of document.querySelectorAll(places)) draw(place, person);
  }
  tick();
}

// What was missed while the connection was gone is asked for with the page itself.
async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const fresh of page.querySelectorAll("[data-person]")) {
    const part = "[data-presence=state]";
    const place = document.querySelector(`[data-person="${fresh.dataset.person}"] ${part}`);
    place?.replaceChildren(...fresh.querySelector(part).childNodes);
  }
  tick();
}

// Here is somebody: told every two minutes by one tab, with when a key was last hit.
const watches = () => document.querySelector("[data-person]") !== null;

function noteActivity() {
  localStorage.setItem(ACTIVE, String(Date.now()));
}

async function sign() {
  const last = JSON.parse(localStorage.getItem(SIGNED) ?? "{}");
  const isRecent = Date.now() - (last.at ?? 0) < SIGN_EVERY - 10 * SECOND;
  if (isRecent && last.user === looks.dataset.user && (last.watch || !watches())) return;
  localStorage.setItem(
    SIGNED,
    JSON.stringify({ at: Date.now(), user: looks.dataset.user, watch: watches() }),
  );
  const active = Number(localStorage.getItem(ACTIVE) ?? Date.now());
  const idle = Math.max(0, Math.floor((Date.now() - active) / SECOND));
  await fetch(looks.dataset.sign, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken() },
    body: new URLSearchParams({ idle, watch: watches() ? "1" : "0" }),
  }).catch(() => localStorage.removeItem(SIGNED));
}

function beHere() {
  noteActivity();
  for (const event of ["keydown", "pointerdown"]) {
    addEventListener(event, noteActivity, { passive: true });
  }
  sign();
  setInterval(sign, SIGN_EVERY);
}

// The menu of one's own presence: read when it is opened, and after each change.
const menu = own?.querySelector("[data-presence=menu]");

async function fill() {
  const here = new URLSearchParams({ next: location.pathname + location.search });
  const answer = await fetch(`${own.dataset.menu}?${here}`);
  if (!answer.ok || answer.redirected) return;
  const focused = document.activeElement;
  const index = [...menu.querySelectorAll(".dropdown-item")].indexOf(focused);
  menu.innerHTML = await answer.text();
  if (index >= 0) menu.querySelectorAll(".dropdown-item")[index]?.focus();
}

async function send(event) {
  const form = event.target.closest("form[data-presence=form]");
  if (!form) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  try {
    const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
    const answer = await fetch(form.action, { method: "POST", headers, body });
    if (!answer.ok) throw new Error(answer.status);
    if (event.submitter.name === "status") own.open = false;
    else await fill();
  } catch {
    toast(own.dataset.failed, { level: "error" });
  }
}

let ending = 0;

function showOwn(message) {
  if (message.gone) return;
  const mark = look(`own-${message.status}`, message.pause);
  own.querySelector("[data-presence=own]").replaceChildren(mark);
  own.dataset.status = message.status;
  clearTimeout(ending);
  // A wrap-up is over when it is over, whether or not the server says so in time.
  if (message.status === "wrap_up" && message.until) {
    const left = Date.parse(message.until) - Date.now();
    ending = setTimeout(() => showOwn({ ...message, status: "available" }), Math.max(0, left));
  }
  if (own.open) fill();
}

if (looks) {
  live.on("presence", show);
  let wasOffline = false;
  live.on("state", (state) => {
    if (state === "online" && wasOffline && watches()) refresh().catch(() => {});
    wasOffline = state === "offline" || (wasOffline && state !== "online");
  });
  tick();
  setInterval(tick, SECOND);
  beHere();
}
if (own) {
  own.addEventListener("toggle", () => own.open && fill());
  menu.addEventListener("submit", send);
  live.on("workplace", showOwn);
}
