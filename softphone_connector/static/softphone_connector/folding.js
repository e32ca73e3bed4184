// Cards folded to a bar: by hand, and by themselves some time after their call.

import { isUnsaved } from "./notes.js";

const SECOND = 1_000;
const FOLDED = "popups-folded";
const REMEMBERED = 50;

const remembered = () => JSON.parse(sessionStorage.getItem(FOLDED) ?? "{}");

/** Whether a card is looked at, typed into, or has a menu open. */
export function isBusy(card) {
  const typed = card.querySelector("textarea");
  const used = card.matches(":hover, :focus-within") || card.querySelector("details[open]");
  return Boolean(used) || isUnsaved(typed);
}

/** Whether it is busy itself, or one that is would move if it went or changed its size.
 *
 * The stack grows from below, so that what stands above a card may change; where not
 * all have room it begins at the top, and then each moves the others.
 */
export function isHeld(card) {
  const stack = card.parentElement;
  const all = [...stack.children];
  const isFull = stack.scrollHeight > stack.clientHeight;
  return all.slice(0, isFull ? all.length : all.indexOf(card) + 1).some(isBusy);
}

/** Fold or unfold a card. */
export function foldTo(card, folded) {
  card.classList.toggle("is-folded", folded);
  card.querySelector("[data-popup=fold]").setAttribute("aria-expanded", String(!folded));
}

/** Fold or unfold it for good: it stays so, also on the next page. */
export function keepFolded(card, folded) {
  foldTo(card, folded);
  const { [card.dataset.key]: _, ...others } = remembered();
  const all = [...Object.entries(others), [card.dataset.key, folded]];
  const kept = Object.fromEntries(all.slice(-REMEMBERED));
  sessionStorage.setItem(FOLDED, JSON.stringify(kept));
}

/** As it was left on the page before. */
export function restoreFold(card) {
  const folded = remembered()[card.dataset.key];
  if (folded !== undefined) foldTo(card, folded);
}

/** Fold a card once it and its neighbours were left alone for so many seconds. */
export function foldAfter(card, seconds) {
  let rest = seconds;
  clearInterval(card.folding);
  card.folding = setInterval(() => {
    const left = !card.isConnected || card.dataset.key in remembered();
    if (left) return clearInterval(card.folding);
    rest = isHeld(card) ? seconds : rest - 1;
    if (rest <= 0) keepFolded(card, true);
  }, SECOND);
}

/** It stays open: its call goes on. */
export const foldNoMore = (card) => clearInterval(card.folding);
