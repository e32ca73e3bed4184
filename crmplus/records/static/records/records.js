// The form of a contact suggests names of organisations.

const WAIT = 150;
const names = document.getElementById("organisation-names");
const field = document.querySelector("[data-suggest=organisations]");

if (names && field) {
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
