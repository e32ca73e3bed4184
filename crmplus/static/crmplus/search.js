// The global search answers while one types: a combobox with a list of links (ARIA
// Authoring Practices, "Editable Combobox With List Autocomplete"). Enter without a
// choice goes to the page of results, as without this script.

const PAUSE = 100; // milliseconds after a key before the server is asked
const field = document.querySelector("#global-search[data-suggest]");

function combobox() {
  const list = document.getElementById("global-search-list");
  const told = document.getElementById("global-search-told");
  let timer;
  let asked; // the AbortController of the question on its way
  let at = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function open() {
    const any = list.childElementCount > 0;
    list.hidden = !any;
    field.setAttribute("aria-expanded", String(any));
  }

  function choose(index) {
    at = index;
    field.removeAttribute("aria-activedescendant");
    for (const [place, option] of options().entries()) {
      option.setAttribute("aria-selected", String(place === index));
      if (place !== index) continue;
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  }

  async function ask() {
    asked?.abort();
    const text = field.value.trim();
    if (!text) {
      list.replaceChildren();
      close();
      return;
    }
    asked = new AbortController();
    const url = `${field.dataset.suggest}?q=${encodeURIComponent(text)}`;
    try {
      const answer = await fetch(url, { signal: asked.signal });
      if (!answer.ok || answer.redirected) return;
      list.innerHTML = await answer.text();
    } catch {
      return; // aborted, or offline: the page of results says what is wrong
    }
    told.textContent = list.querySelector("[data-told]")?.dataset.told ?? "";
    if (document.activeElement === field) open();
    choose(-1);
  }

  function step(by) {
    const count = options().length;
    if (!count) return;
    if (list.hidden) open();
    choose(at < 0 && by < 0 ? count - 1 : (at + by + count) % count);
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      options()[at].click();
    }
  });
  field.addEventListener("focus", open);
  field.form.addEventListener("focusout", (event) => {
    if (!field.form.contains(event.relatedTarget)) close();
  });
  // A press on the list must not take the focus, which would close it first.
  list.addEventListener("mousedown", (event) => event.preventDefault());
}

if (field) combobox();
