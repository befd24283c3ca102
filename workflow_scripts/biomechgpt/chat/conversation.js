// Run by Gradio where the conversation stands; every word of an answer draws it anew.
let at = 0, known = 0, growing = false;
element.addEventListener("scroll", (event) => { at = event.target.scrollTop; }, true);
watch("value", () => {
  const box = element.querySelector(".conversation");
  const turns = box.querySelectorAll("article");
  const last = turns[turns.length - 1];
  growing ||= turns.length > known;
  known = turns.length;
  // A question goes to the top, and stays there while its answer grows.
  if (growing && last) at = last.offsetTop - box.offsetTop;
  growing &&= !!box.querySelector("[aria-busy]");
  box.scrollTop = at;
});
