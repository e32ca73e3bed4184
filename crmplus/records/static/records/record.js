// Fields of a record are changed where they stand: a click, Enter or "e" opens one,
// Enter or leaving it saves, Escape cancels. htmx fetches and sends; without it the
// pencils lead to the page with all fields.

import { register } from "../crmplus/keys.js";
import { toast } from "../crmplus/toast.js";
import { suggestNames } from "./records.js";

const page = document.getElementById("record");
const OPEN = ".fact-edit";
const FORM = ".fact-form";
const field = (form) => form.querySelector("input:not([type=hidden]), select");

// The fact whose pencil gets the focus once it is shown again.
let back = "";

function open(fact) {
  fact?.querySelector(OPEN)?.click();
}

function close(form) {
  const target = `#${form.closest(".fact").id}`;
  form.dataset.done = "yes";
  window.htmx.ajax("GET", form.dataset.shown, { target, swap: "outerHTML" });
}

function changed(form) {
  return field(form).value !== form.elements.was.value;
}

function leave(form) {
  if (form.dataset.done || form.querySelector(".fact-problem")) return;
  if (changed(form)) form.requestSubmit();
  else close(form);
}

// Who marks a text to copy it does not want to change it.
function marked(fact) {
  const selection = getSelection();
  return !selection.isCollapsed && fact.contains(selection.anchorNode);
}

function clicks() {
  page.addEventListener("click", (event) => {
    const cancel = event.target.closest("[data-cancel]");
    if (cancel) {
      back = cancel.closest(".fact").id;
      close(cancel.closest("form"));
      return;
    }
    const fact = event.target.closest("[data-fact]");
    const other = event.target.closest("a, button, input, select");
    if (fact && !other && !marked(fact)) open(fact);
  });
}

function keysOfForms() {
  page.addEventListener("keydown", (event) => {
    const form = event.target.closest(FORM);
    if (!form) return;
    if (event.key === "Escape") {
      event.preventDefault();
      back = form.closest(".fact").id;
      close(form);
    } else if (event.key === "Enter" && event.target === field(form)) {
      event.preventDefault();
      back = form.closest(".fact").id;
      if (changed(form) || form.querySelector(".fact-problem")) form.requestSubmit();
      else close(form);
    }
  });
  page.addEventListener("focusout", (event) => {
    const form = event.target.closest(FORM);
    if (!form || form.contains(event.relatedTarget) || !document.hasFocus()) return;
    leave(form);
  });
}

// Sent twice, by Enter and by the field that goes, a form would meet its own change.
function once() {
  page.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest(FORM);
    if (form && form.dataset.sent) event.preventDefault();
    else if (form) form.dataset.sent = form.dataset.done = "yes";
  });
  page.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.failed) failed(event.target.closest(FORM));
  });
}

function failed(form) {
  if (form) delete form.dataset.sent;
  if (form) delete form.dataset.done;
  toast(document.getElementById("toasts").dataset.failed, { level: "error" });
}

// Whoever has gone on to something else meanwhile stays there.
function idle() {
  const here = document.activeElement;
  return !here || here === document.body || here.id === "content";
}

function focus() {
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const fact = event.detail.elt?.closest?.(".fact");
    const form = fact?.querySelector(FORM);
    if (form) {
      describe(form);
      const input = field(form);
      input.focus();
      input.select?.();
    } else if (fact && fact.id === back) {
      back = "";
      if (idle()) fact.querySelector(OPEN).focus();
    }
  });
}

function describe(form) {
  const input = field(form);
  const problem = form.querySelector(".fact-problem");
  if (problem) input.setAttribute("aria-describedby", problem.id);
  if (problem) input.setAttribute("aria-invalid", "true");
  if (input.dataset.suggest) suggestNames(input);
}

function undo({ url, name, was, now }) {
  const values = { [name]: was, was: now };
  return window.htmx.ajax("POST", url, {
    target: `#fact-${name}`,
    swap: "outerHTML",
    values,
  });
}

// One message at a time: a pile of them would lie over the fields.
function told() {
  let last = null;
  document.body.addEventListener("record-changed", (event) => {
    const change = event.detail;
    last?.remove();
    last = toast(change.text, { undo: () => undo(change) });
  });
}

if (page) {
  clicks();
  keysOfForms();
  once();
  focus();
  told();
  register("e", page.dataset.wordsEdit, () => {
    const here = document.activeElement?.closest("[data-fact]");
    open(here ?? page.querySelector("[data-fact]"));
  });
}
