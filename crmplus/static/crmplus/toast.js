// Short messages about what was done: toast("Deleted.", {undo: "/url/" or a function}).

const LIFETIME = 10_000;

/** The token that Django asks for with every POST. */
export function csrfToken() {
  return document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

/** Send a POST; throws if the server refuses it. */
export async function post(url, body = null) {
  const headers = { "X-CSRFToken": csrfToken() };
  const answer = await fetch(url, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

/**
 * Show a text for ten seconds, longer while it is pointed at or has the focus.
 * `undo` is a function, or the address of a POST after which the page is loaded anew.
 */
export function toast(text, { undo = null, level = "success" } = {}) {
  const box = document.getElementById("toasts");
  const element = document.createElement("div");
  element.className = "toast show";
  element.dataset.level = level;
  const body = document.createElement("div");
  body.className = "toast-body";
  const words = document.createElement("span");
  words.className = "toast-text";
  words.textContent = text;
  body.append(words);
  if (undo) body.append(undoButton(box, element, undo));
  element.append(body);
  box.append(element);
  keep(element);
  return element;
}

/** Let a toast go by itself after its time in a window in use, and by its button. */
export function keep(element) {
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(leave, LIFETIME);
  };
  // What was behind the phone's window, or the browser's question, is still to be read.
  const leave = () => {
    if (document.hasFocus()) element.remove();
    else addEventListener("focus", wait, { once: true });
  };
  const hold = () => clearTimeout(timer);
  element.addEventListener("pointerenter", hold);
  element.addEventListener("pointerleave", wait);
  element.addEventListener("focusin", hold);
  element.addEventListener("focusout", wait);
  element.querySelector(".toast-body").append(dismissButton(element));
  wait();
}

function dismissButton(element) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "toast-close";
  button.textContent = "✕";
  button.setAttribute("aria-label", element.closest("#toasts").dataset.dismiss);
  button.addEventListener("click", () => element.remove());
  return button;
}

function undoButton(box, element, undo) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.textContent = box.dataset.undo;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await (typeof undo === "function" ? undo() : post(undo));
      element.remove();
      if (typeof undo === "string") location.reload();
    } catch {
      element.remove();
      toast(box.dataset.failed, { level: "error" });
    }
  });
  return button;
}
