// What the frame does beyond plain HTML: menus, keys, filters, folding, toasts, live state.

import { keep } from "./toast.js";

const root = document.documentElement;

function menus() {
  const open = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.menu[open]");
    if (event.key === "Escape" && menu) {
      // What the menu stands in must not take it for its own.
      event.preventDefault();
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (menu && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      step(menu, event.key === "ArrowDown" ? 1 : -1);
    }
  });
}

function step(menu, by) {
  const items = [...menu.querySelectorAll(".dropdown-item")];
  const here = items.indexOf(document.activeElement);
  const next = here < 0 && by < 0 ? items.length - 1 : here + by;
  items[(next + items.length) % items.length]?.focus();
}

// A filter acts as soon as it is chosen.
function filters() {
  document.addEventListener("change", (event) => {
    const choice = event.target.closest("form[data-submit-on-change] select");
    choice?.form.requestSubmit();
  });
}

function folding() {
  const button = document.getElementById("sidebar-fold");
  if (!button) return;
  const folded = () => root.dataset.bsSidebar === "folded";
  const show = () => button.setAttribute("aria-expanded", String(!folded()));
  button.hidden = false;
  show();
  button.addEventListener("click", () => {
    const state = folded() ? "default" : "folded";
    root.dataset.bsSidebar = state;
    document.cookie = `sidebar=${state}; path=/; max-age=31536000; samesite=lax`;
    show();
  });
}

function liveWords() {
  const state = document.getElementById("live-state");
  if (!state) return;
  const words = state.querySelector("[data-live-words]");
  const show = () => {
    const key = state.dataset.state.replace(/-./g, (dash) => dash[1].toUpperCase());
    const name = `text${key[0].toUpperCase()}${key.slice(1)}`;
    const text = state.dataset[name] ?? "";
    state.title = text;
    words.textContent = text;
  };
  new MutationObserver(show).observe(state, { attributeFilter: ["data-state"] });
  show();
}

menus();
filters();
folding();
liveWords();
document.querySelectorAll("#toasts .toast").forEach(keep);
