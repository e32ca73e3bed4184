// The field for a contact's organisation suggests names of organisations.

const WAIT = 150;

/** Offer names from the page's list of organisations while one types into a field. */
export function suggestNames(field) {
  const names = document.getElementById("organisation-names");
  if (!names) return;
  let timer = 0;
  let newest = 0;
  field.setAttribute("list", names.id);
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT);
  });

  async function suggest() {
    const mine = ++newest;
    const url = `${names.dataset.url}?q=${encodeURIComponent(field.value)}`;
    const answer = await fetch(url);
    if (!answer.ok || mine !== newest) return;
    const options = (await answer.json()).names.map((name) => {
      const option = document.createElement("option");
      option.value = name;
      return option;
    });
    names.replaceChildren(...options);
  }
}

document.querySelectorAll("[data-suggest=organisations]").forEach(suggestNames);
