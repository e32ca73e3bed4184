// Forms that say while one types what is wrong, and what a change would mean.
// The server answers the page as it would be; only errors of fields that one has
// touched and the parts marked data-live are taken from it.

const CALM = 300;
const MARKS = ["class", "aria-invalid", "aria-describedby"];

function copyMarks(from, to) {
  for (const name of MARKS) {
    const value = from.getAttribute(name);
    if (value === null) to.removeAttribute(name);
    else to.setAttribute(name, value);
  }
}

function showErrors(control, page) {
  const fresh = page.getElementById(control.id);
  const place = control.closest(".form-field");
  if (!fresh || !place) return;
  copyMarks(fresh, control);
  place.querySelector(".errorlist")?.remove();
  const errors = fresh.closest(".form-field").querySelector(".errorlist");
  if (errors) control.after(errors);
}

function watch(form) {
  const touched = new Set();
  let waiting = 0;
  let turn = 0;

  async function check() {
    const mine = ++turn;
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "X-Check": "1" },
      body: new FormData(form),
    });
    if (!answer.ok || answer.redirected) return;
    const text = await answer.text();
    if (mine !== turn) return;
    const page = new DOMParser().parseFromString(text, "text/html");
    for (const control of touched) showErrors(control, page);
    for (const part of form.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(part.id);
      if (fresh) part.replaceChildren(...fresh.childNodes);
    }
  }

  form.addEventListener("input", (event) => {
    touched.add(event.target);
    clearTimeout(waiting);
    waiting = setTimeout(() => check().catch(() => {}), CALM);
  });
}

for (const form of document.querySelectorAll("form[data-check]")) watch(form);
