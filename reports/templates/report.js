// Wipe and blink over the same two pictures that stand side by side; without scripts they just stay there.
(() => {
  "use strict";
  const compare = document.querySelector(".compare");
  const toolbar = document.querySelector(".toolbar");
  const slider = document.querySelector(".slider");
  const BLINK_MS = 800;
  let timer = 0;

  const openAround = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", openAround);
  openAround();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((node) => { node.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((node) => { node.open = false; }));

  if (!toolbar || !compare || !slider) return;
  const range = slider.querySelector("input");
  const modes = [...toolbar.querySelectorAll("[data-mode]")];
  toolbar.hidden = false;

  const blink = (on) => {
    clearInterval(timer);
    timer = on ? setInterval(() => compare.classList.toggle("on"), BLINK_MS) : 0;
  };
  const choose = (mode) => {
    compare.dataset.mode = mode;
    modes.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.mode === mode)));
    slider.hidden = mode !== "wipe";
    compare.classList.remove("on");
    // Whoever asked for less motion blinks by clicking.
    blink(mode === "blink" && !matchMedia("(prefers-reduced-motion: reduce)").matches);
  };
  modes.forEach((button) => button.addEventListener("click", () => choose(button.dataset.mode)));

  const wipe = (percent) => {
    const at = Math.min(100, Math.max(0, percent));
    range.value = String(at);
    compare.style.setProperty("--at", `${at}%`);
  };
  range.addEventListener("input", () => wipe(Number(range.value)));
  const follow = (event) => {
    if (compare.dataset.mode !== "wipe" || (event.type === "pointermove" && !event.buttons)) return;
    const frame = compare.querySelector(".picture").getBoundingClientRect();
    wipe(((event.clientX - frame.left) / frame.width) * 100);
  };
  compare.addEventListener("pointerdown", follow);
  compare.addEventListener("pointermove", follow);
  compare.addEventListener("click", (event) => {
    if (compare.dataset.mode !== "blink" || event.target.closest(".badge")) return;
    if (timer) blink(false); else compare.classList.toggle("on");
  });

  const marks = toolbar.querySelector("[data-marks]");
  if (marks) marks.addEventListener("click", () => {
    const hidden = compare.classList.toggle("no-marks");
    marks.setAttribute("aria-pressed", String(!hidden));
  });
})();
