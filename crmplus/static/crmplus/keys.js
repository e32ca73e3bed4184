// Shortcuts of one or two keys, and the list of them that "?" opens.
//
// An element with data-keys="g c" is pressed by them: links and buttons are clicked,
// fields get the focus. Its words in the list are data-keys-words, else its own text.
// A script adds others with register("x", words, act). None of it acts while somebody
// types, with Ctrl, Alt or Meta, or once they are switched off in the list (WCAG 2.1.4).

const PAUSE = 1200; // milliseconds between the two keys of one shortcut
const OFF = "crmplus.keys";
const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select";

const registered = new Map();
let first = "";
let waiting;

export const typing = (target) =>
  Boolean(target?.closest?.(`${FIELDS}, [contenteditable=true]`));

export const enabled = () => localStorage.getItem(OFF) !== "off";

export function register(keys, words, act) {
  registered.set(keys, { words, act });
}

function elements() {
  return [...document.querySelectorAll("[data-keys]")];
}

function press(element) {
  element.focus();
  if (element.matches(FIELDS)) element.select?.();
  else element.click();
}

function actions() {
  const found = new Map(registered);
  for (const element of elements().reverse()) {
    const words = element.dataset.keysWords ?? element.textContent.trim();
    found.set(element.dataset.keys, { words, act: () => press(element) });
  }
  return found;
}

function ignored(event) {
  const held = event.ctrlKey || event.metaKey || event.altKey;
  const open = document.querySelector("dialog[open]");
  return held || event.defaultPrevented || open || typing(event.target) || !enabled();
}

function pressed(event) {
  if (ignored(event) || event.key.length !== 1) return;
  const found = actions();
  const keys = first ? `${first} ${event.key}` : event.key;
  const action = found.get(keys) ?? found.get(event.key);
  forget();
  if (action) {
    event.preventDefault();
    action.act();
  } else if ([...found.keys()].some((each) => each.startsWith(`${event.key} `))) {
    first = event.key;
    waiting = setTimeout(forget, PAUSE);
  }
}

function forget() {
  clearTimeout(waiting);
  first = "";
}

function row(keys, words) {
  const item = document.createElement("li");
  const label = item.appendChild(document.createElement("span"));
  label.textContent = words;
  const caps = item.appendChild(document.createElement("span"));
  for (const key of keys.split(" ")) {
    caps.appendChild(document.createElement("kbd")).textContent = key;
  }
  return item;
}

function help(dialog) {
  const order = ([one], [other]) => one.localeCompare(other);
  const all = [...actions()].filter(([, { words }]) => words).sort(order);
  dialog
    .querySelector("[data-keys-list]")
    .replaceChildren(...all.map(([keys, { words }]) => row(keys, words)));
  dialog.showModal();
}

function start() {
  const dialog = document.getElementById("keys-help");
  document.addEventListener("keydown", pressed);
  if (!dialog) return;
  const toggle = dialog.querySelector("[data-keys-switch]");
  toggle.checked = enabled();
  toggle.addEventListener("change", () => {
    localStorage.setItem(OFF, toggle.checked ? "on" : "off");
  });
  for (const opener of document.querySelectorAll("[data-keys-help]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => help(dialog));
  }
}

start();
