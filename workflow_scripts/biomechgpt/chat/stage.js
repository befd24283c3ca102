// Run by Gradio where a movement is shown; `element`, `props` and `watch` are its own.
let shown = null;
const start = () => {
  shown?.remove();
  shown = null;
  const stage = element.querySelector(".stage");
  stage.replaceChildren();
  if (props.value) shown = player(stage, props.value);
};
watch("value", start);
start();
