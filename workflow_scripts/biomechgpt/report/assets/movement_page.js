// One section a trial; only the one picked is shown and has a player.

const sections = [...document.querySelectorAll("main section")];
const picker = document.querySelector("#trial");
let shown = null;

function showTrial(number) {
  shown?.remove();
  sections.forEach((section, index) => { section.hidden = index !== number; });
  const section = sections[number];
  const motion = JSON.parse(section.querySelector("script").textContent);
  shown = player(section.querySelector(".stage"), motion);
}

picker?.addEventListener("change", () => showTrial(Number(picker.value)));
showTrial(Number(picker?.value ?? 0));
