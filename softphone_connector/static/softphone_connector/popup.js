// The popups at the lower right: one card per call, in every tab, kept up to date.

import { live } from "../live/live.js";
import { Idiomorph } from "../vendor/idiomorph.js";
import { register } from "../crmplus/keys.js";
import { csrfToken, post, toast } from "../crmplus/toast.js";
import { announce } from "./availability.js";
import { foldAfter, foldNoMore, foldTo, isBusy, isHeld, keepFolded, restoreFold } from "./folding.js";
import { movable } from "./moving.js";
import { isUnsaved, keepNotes, restoreNote } from "./notes.js";
import { timers } from "./timers.js";

const SHOWN = 3;
const AGAIN = 5_000;
const FOLDS = 10; // seconds after its call that a card stays open, if it is left alone
const DISMISSED = "popups-dismissed";
const SIDE = "popups-side";
const REMEMBERED = 50;

const stack = document.getElementById("popup-stack");
const cards = stack.querySelector(".popup-cards");
const more = stack.querySelector("[data-popup=more]");
const stays = Number(stack.dataset.stays) * 1000;

const find = (key) => cards.querySelector(`[data-key="${CSS.escape(key)}"]`);
const dismissed = () => JSON.parse(localStorage.getItem(DISMISSED) ?? "[]");
const onItsPage = (key) => document.querySelector(`[data-popup-page="${CSS.escape(key)}"]`);

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.querySelector(".popup");
}

async function show(message) {
  if (message.gone) return vanish(message.key);
  if (dismissed().includes(message.key)) return;
  // Held back: but a card that is there already follows its call.
  if (message.quiet && !find(message.key) && !onItsPage(message.key)) return;
  const html = await live.card(message);
  const card = html && parse(html);
  // It may have been closed while its new state was on the way.
  if (!card || dismissed().includes(message.key)) return;
  const page = onItsPage(message.key);
  if (page) return update(page.querySelector(".popup"), card);
  const shown = find(message.key);
  if (shown) update(shown, card);
  else {
    insert(card);
    announce(card);
  }
}

function insert(card) {
  reveal(card);
  const others = [...cards.children];
  // Cards arrive in any order; a call that began earlier stands below.
  const below = others.find((other) => other.dataset.started <= card.dataset.started);
  const isNewest = below === others[0];
  if (isNewest) others.forEach(makeRoom);
  cards.insertBefore(card, below ?? null);
  restoreNote(card);
  if (!isNewest) makeRoom(card);
  restoreFold(card);
  settle(card);
  count();
}

// A new call needs room: of the others only talks and what one is busy with stay open.
function makeRoom(card) {
  if (card.dataset.state !== "connected" && !isBusy(card)) foldTo(card, true);
}

// What somebody is typing stays as it is; everything else follows the call.
function update(shown, card) {
  if (Number(card.dataset.version) < Number(shown.dataset.version)) return;
  reveal(card);
  const folded = shown.classList.contains("is-folded");
  const typed = shown.querySelector("textarea");
  const draft = typed.value;
  const dirty = isUnsaved(typed) || document.activeElement === typed;
  Idiomorph.morph(shown, card, { ignoreActiveValue: true, callbacks: { beforeAttributeUpdated } });
  if (dirty) shown.querySelector("textarea").value = draft;
  foldTo(shown, folded);
  settle(shown);
}

// An open menu stays open.
function beforeAttributeUpdated(name) {
  return name !== "open";
}

function reveal(card) {
  card.querySelectorAll("[data-popup][hidden]").forEach((part) => (part.hidden = false));
  card.classList.add("is-live");
}

// A card makes room soon after its call, and goes after a while: but never while it is
// looked at or typed in.
function settle(card) {
  clearTimeout(card.leaving);
  foldNoMore(card);
  if (!card.dataset.over || onItsPage(card.dataset.key)) return;
  foldAfter(card, FOLDS);
  card.leaving = setTimeout(() => vanish(card.dataset.key), stays);
}

function vanish(key) {
  const card = find(key);
  if (!card) return;
  clearTimeout(card.leaving);
  if (isHeld(card)) {
    card.leaving = setTimeout(() => vanish(key), AGAIN);
    return;
  }
  card.remove();
  count();
}

function dismiss(card) {
  const keys = [...dismissed(), card.dataset.key].slice(-REMEMBERED);
  localStorage.setItem(DISMISSED, JSON.stringify(keys));
  card.remove();
  count();
}

function count() {
  const hidden = cards.children.length - SHOWN;
  more.hidden = hidden <= 0;
  more.querySelector(".popup-count").textContent = `+${hidden}`;
  if (hidden <= 0) unfold(false);
}

function unfold(open) {
  stack.classList.toggle("is-open", open);
  more.setAttribute("aria-expanded", String(open));
}

function fold(button, card) {
  keepFolded(card, !card.classList.contains("is-folded"));
}

// Out of the way of what one reads, to where the main actions are not either.
function turn() {
  const side = stack.dataset.side === "start" ? "end" : "start";
  localStorage.setItem(SIDE, side);
  stack.dataset.side = side;
}

function move(button) {
  turn();
  const menu = button.closest("details");
  menu.open = false;
  menu.querySelector("summary").focus();
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  toast(button.dataset.done);
}

const ACTIONS = {
  close: (button, card) => dismiss(card),
  copy,
  fold,
  move,
  more: () => unfold(!stack.classList.contains("is-open")),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-popup]");
  if (button) ACTIONS[button.dataset.popup]?.(button, button.closest(".popup"));
});

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("#popup-stack .popup");
  if (event.key === "Escape" && card && !event.defaultPrevented) dismiss(card);
});

// What was done, with a way back: the same address undoes it.
function done(url, { text, undo }) {
  const back = undo && (() => post(url, new URLSearchParams(undo)));
  if (text) toast(text, { undo: back });
}

function closeMenu(form) {
  const menu = form.closest("details");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

// A choice is sent without leaving the page; the card then follows by itself.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-popup=send]");
  if (!form) return;
  event.preventDefault();
  closeMenu(form);
  const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers,
      body: new FormData(form, event.submitter),
      redirect: "error",
    });
    if (!answer.ok) toast(await answer.text(), { level: "error" });
    else if (answer.status === 200) done(form.action, await answer.json());
  } catch {
    toast(stack.dataset.failed, { level: "error" });
  }
});

// A card closed in one tab is closed in all of them.
addEventListener("storage", (event) => {
  if (event.key === SIDE) stack.dataset.side = event.newValue;
  if (event.key !== DISMISSED) return;
  dismissed().forEach((key) => find(key)?.remove());
  count();
});

// Nobody reads on who was signed out.
function clear(state) {
  if (state !== "signed-out") return;
  cards.replaceChildren();
  count();
}

// To the newest card that is open, without the mouse; if none is, the newest opens.
register("a", stack.dataset.keysWords, () => {
  const open = cards.querySelector(".popup:not(.is-folded)");
  const card = open ?? cards.firstElementChild;
  if (!card) return;
  if (!open) keepFolded(card, false);
  card.focus();
});

stack.dataset.side = localStorage.getItem(SIDE) ?? "end";
document.querySelectorAll("[data-popup-page] .popup").forEach(reveal);
keepNotes();
movable(stack, turn);
timers();
live.on("call", show);
live.on("state", clear);
