// Filter and search; without scripts every pair is simply listed, failures first.
(() => {
  "use strict";
  const bar = document.querySelector(".filters");
  const rows = [...document.querySelectorAll(".pairs > li")];
  if (!bar) return;
  const buttons = [...bar.querySelectorAll("button")];
  const search = bar.querySelector("input");
  const said = bar.querySelector("output");
  const nothing = document.querySelector(".nothing");
  const texts = rows.map((row) => row.textContent.toLowerCase());
  let verdict = "";
  bar.hidden = false;

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, i) => {
      const fits = (!verdict || row.dataset.v === verdict) && words.every((word) => texts[i].includes(word));
      row.hidden = !fits;
      shown += fits;
    });
    said.textContent = shown === rows.length ? "" : `${shown} of ${rows.length} shown`;
    nothing.hidden = shown > 0;
  };
  buttons.forEach((button) => button.addEventListener("click", () => {
    verdict = button.dataset.show;
    buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    apply();
  }));
  search.addEventListener("input", apply);
  apply();
})();
