// Comments are saved while one types, and survive a reload and a lost connection.

import { csrfToken } from "../crmplus/toast.js";

const PAUSE = 400;
const AGAIN = 5_000;
const waiting = new Map();
const sending = new Set();

const formOf = (card) => card.querySelector("form[data-popup=note]");
const draftName = (key) => `note-${key}`;

/** Whether something was typed into a field that the server does not have. */
export const isUnsaved = (typed) => typed.value.trim() !== typed.dataset.saved.trim();

function soon(form, pause) {
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => save(form), pause));
}

async function save(form, { keepalive = false } = {}) {
  const typed = form.querySelector("textarea");
  const text = typed.value;
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  if (!isUnsaved(typed)) return forget(form);
  // One after the other: an older text must not arrive last.
  if (sending.has(form) && !keepalive) return soon(form, PAUSE);
  tell(form, "saving");
  sending.add(form);
  try {
    await send(form, text, keepalive);
    typed.dataset.saved = text;
    if (typed.value === text) forget(form);
    tell(form, text ? "saved" : "");
  } catch {
    tell(form, "failed");
    soon(form, AGAIN);
  } finally {
    sending.delete(form);
  }
}

// A redirection leads to the sign-in page: nothing was saved then.
async function send(form, text, keepalive) {
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
    body: new URLSearchParams({ text }),
    redirect: "error",
    keepalive,
  });
  if (!answer.ok) throw new Error(answer.status);
}

function forget(form) {
  sessionStorage.removeItem(draftName(form.closest(".popup").dataset.key));
}

function tell(form, what) {
  const status = form.querySelector(".popup-saved");
  status.textContent = what ? status.dataset[what] : "";
}

/** What was typed into a card before the page was left and could not be saved. */
export function restoreNote(card) {
  const draft = sessionStorage.getItem(draftName(card.dataset.key));
  const typed = card.querySelector("textarea");
  if (draft === null || draft === typed.value) return;
  typed.value = draft;
  save(formOf(card));
}

/** Save what is typed into any card of the page. */
export function keepNotes() {
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-popup=note]");
    if (!form) return;
    const key = form.closest(".popup").dataset.key;
    sessionStorage.setItem(draftName(key), event.target.value);
    soon(form, PAUSE);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-popup=note]");
    if (!form) return;
    event.preventDefault();
    save(form);
  });
  addEventListener("pagehide", () => {
    waiting.forEach((timer, form) => save(form, { keepalive: true }));
  });
  document.querySelectorAll("[data-popup-page] .popup").forEach(restoreNote);
}
