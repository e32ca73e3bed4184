// What is due, and what somebody gave one to do, as cards in all tabs; and the form's
// quick choices of a time.

import { live } from "../live/live.js";

const settings = document.getElementById("work");
const tabs = new BroadcastChannel("crmplus-work");

function shown(id) {
  const cards = document.querySelectorAll("#toasts [data-work]");
  return [...cards].filter((card) => card.dataset.work === id);
}

function remove(id) {
  shown(id).forEach((card) => card.remove());
}

// Taken away in one tab, it is taken away in all.
function dismiss(id) {
  remove(id);
  tabs.postMessage(id);
}

function closeButton(id) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "toast-close";
  button.textContent = "✕";
  button.setAttribute("aria-label", settings.dataset.dismiss);
  button.addEventListener("click", () => dismiss(id));
  return button;
}

// Unlike other messages it stays: who looks away must not miss what is due.
function show(id, html) {
  remove(id);
  const card = document.createElement("div");
  card.className = "toast show work-card";
  card.dataset.work = id;
  card.dataset.level = "info";
  const body = document.createElement("div");
  body.className = "toast-body";
  body.innerHTML = html;
  body.addEventListener("click", (event) => {
    if (event.target.closest("a")) dismiss(id);
  });
  body.append(closeButton(id));
  card.append(body);
  document.getElementById("toasts").append(card);
}

live.on("work", async ({ id, at, card }) => {
  const html = await live.card({ key: `work ${id}`, version: at, card });
  if (html) show(id, html);
});
tabs.addEventListener("message", ({ data }) => remove(data));

// Whoever picks another time means that, and no quick choice.
document.addEventListener("input", (event) => {
  const field = event.target.closest?.(".work-when input[type=datetime-local]");
  const other = field?.closest(".work-when").querySelector("input[type=radio][value='']");
  if (other) other.checked = true;
});
