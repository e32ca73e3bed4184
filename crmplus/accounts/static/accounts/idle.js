// Automatic sign-out: tells the server that somebody is there, and covers the page once
// they are signed out. What was typed stays under the cover until they are back.

import { live } from "../live/live.js";

const EVERY = 60_000;
const SIGNS = ["keydown", "input", "pointerdown", "pointermove", "wheel", "touchstart"];
const cover = document.getElementById("idle");
let told = Date.now(); // opening the page told it
let waiting = 0;

function tell() {
  waiting = 0;
  told = Date.now();
  const token = document.querySelector("meta[name=csrf-token]").content;
  fetch(cover.dataset.active, {
    method: "POST",
    headers: { "X-CSRFToken": token },
    redirect: "manual",
    keepalive: true,
  }).catch(() => {});
}

// At most once a minute; what is done within that minute is told at its end.
function somebody() {
  if (!waiting && !cover.open) {
    waiting = setTimeout(tell, Math.max(0, told + EVERY - Date.now()));
  }
}

function follow(state) {
  if (state === "signed-out" && !cover.open) cover.showModal();
  else if (state === "online" && cover.open) cover.close();
}

if (cover) {
  for (const sign of SIGNS) {
    document.addEventListener(sign, somebody, { capture: true, passive: true });
  }
  cover.addEventListener("cancel", (event) => event.preventDefault());
  live.on("state", follow);
}
