// Run by Gradio where the tabs stand, which a narrow screen alone shows (page.css).
const buttons = element.querySelectorAll("button");
const open = (part) => {
  const style = document.documentElement.style;
  style.setProperty("--watch", part === "movement" ? "flex" : "none");
  style.setProperty("--talk", part === "ask" ? "flex" : "none");
  for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.part === part);
};
for (const button of buttons) button.addEventListener("click", () => open(button.dataset.part));
open("movement");
