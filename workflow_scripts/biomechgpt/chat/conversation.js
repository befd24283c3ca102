// Run by Gradio where the conversation stands; every word of an answer draws it anew.
let at = 0, known = 0;
element.addEventListener("scroll", (event) => { at = event.target.scrollTop; }, true);
watch("value", () => {
  const box = element.querySelector(".conversation");
  const turns = box.querySelectorAll("article");
  const last = turns[turns.length - 1];
  if (turns.length > known) at = last.offsetTop - box.offsetTop;
  known = turns.length;
  box.scrollTop = at;
});
