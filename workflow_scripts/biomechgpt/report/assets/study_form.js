// A rater's form: one item at a time. Ratings are a map from "item, slot, scale" to a value, kept in the browser
// under the form's fingerprint and saved as a tab-separated file that `read_study` reads.

const content = JSON.parse(document.querySelector("#content").textContent);
const byId = (name) => document.getElementById(name);
const STORE = `rating-form-${content.form}`;
const STEPS = [];
for (let step = content.lowest; step <= content.highest; step += 1) STEPS.push(String(step));
const state = { at: -1, person: false, ratings: {}, seconds: {}, ...kept() };
let shownPlayer = null, since = performance.now();

// What this browser kept of the form. Some browsers keep nothing for a file: the rater is told.
function kept() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}

function keep() {
  try {
    localStorage.setItem(STORE, JSON.stringify(state));
  } catch {
    byId("trouble").hidden = false;
    byId("trouble").textContent =
      "This browser keeps nothing between visits. Save the ratings as a file before you close the page.";
  }
}

const nameOf = (item, slot, scale) => [item.code, slot, scale].join("\t");

// What is to be rated of an item: slot, scale and the allowed values of each.
function scalesOf(item) {
  if (!item.explanations.length) return [{ slot: "", scale: "original", values: ["A", "B"] }];
  const slots = item.explanations.map(({ slot }) => slot);
  const scales = slots.flatMap((slot) => content.scales.map(({ name }) => (
    { slot, scale: name, values: [...STEPS, content.cannot_judge] })));
  return slots.length > 1 ? [...scales, { slot: "", scale: "best", values: slots }] : scales;
}

const missing = (item) => scalesOf(item).filter(({ slot, scale }) => !(nameOf(item, slot, scale) in state.ratings));

function rate(item, slot, scale, value) {
  state.ratings[nameOf(item, slot, scale)] = value;
  keep();
  showProgress();
}

function showProgress() {
  const n_open = content.items.filter((item) => missing(item).length).length;
  const done = content.items.length - n_open;
  byId("progress").textContent = `${done} of ${content.items.length} items are complete.`;
  byId("left").textContent = n_open ? `${n_open} items are open.` : "All items are complete: save the ratings.";
  byId("open").disabled = !n_open;
  if (state.at < 0) return;
  const names = new Set(missing(content.items[state.at]).map(({ slot, scale }) => [slot, scale].join("\t")));
  for (const field of document.querySelectorAll("#scales fieldset")) {
    field.classList.toggle("open", names.has(field.dataset.name));
  }
}

function scaleField(item, { slot, scale, values }, words) {
  const name = [slot, scale].join("\t");
  const steps = values.map((value) => {
    const checked = state.ratings[nameOf(item, slot, scale)] === value;
    const input = make("input", { type: "radio", name, value, checked });
    input.addEventListener("change", () => rate(item, slot, scale, value));
    return make("label", {}, input, value);
  });
  const field = make("fieldset", {}, make("legend", {}, words), make("div", { className: "steps" }, ...steps));
  field.dataset.name = name;
  field.addEventListener("keydown", (event) => pressed(event, field));
  return field;
}

// A digit sets the scale that has the focus, and the focus goes on to the next one.
function pressed(event, field) {
  const input = [...field.querySelectorAll("input")].find(({ value }) => value === event.key.toUpperCase());
  if (!input || event.ctrlKey || event.metaKey || event.altKey) return;
  input.click();
  const fields = [...document.querySelectorAll("#scales fieldset")];
  const next = fields[fields.indexOf(field) + 1];
  (next ? next.querySelector("input:checked") ?? next.querySelector("input") : byId("next")).focus();
  event.preventDefault();
}

function explanationPart(item, { slot, answer, lines }) {
  const fields = scalesOf(item).filter((entry) => entry.slot === slot).map((entry) => {
    const { statement } = content.scales.find(({ name }) => name === entry.scale);
    return scaleField(item, entry, `${statement} (1 not at all, 5 wholly)`);
  });
  const told = lines.length ? [make("ul", {}, ...lines.map((line) => make("li", {}, line)))] : [];
  return make("div", { className: "explanation" }, make("h3", {}, `Explanation ${slot}`),
    make("p", {}, make("b", {}, answer)), ...told, ...fields);
}

function commentField(item) {
  const name = nameOf(item, "", "comment");
  const area = make("textarea", { rows: 2, value: state.ratings[name] ?? "" });
  area.addEventListener("input", () => rate(item, "", "comment", area.value));
  return make("p", {}, make("label", {}, "Comment, if you like", area));
}

function showItem(place) {
  countSeconds();
  state.at = place;
  keep();
  const item = content.items[place];
  byId("start").hidden = true;
  byId("item").hidden = document.querySelector("footer").hidden = false;
  byId("item").querySelector("h2").textContent = `Item ${place + 1} of ${content.items.length}`;
  shownPlayer?.remove();
  shownPlayer = player(byId("item").querySelector(".stage"), item.motion);
  const [overall] = scalesOf(item).filter(({ slot }) => !slot);
  const words = item.question ? "Which explanation is best?" : "Which movement is the original?";
  byId("question").replaceChildren(...(item.question ? [make("p", {}, make("b", {}, "Question: "), item.question)] : []));
  byId("scales").replaceChildren(...item.explanations.map((entry) => explanationPart(item, entry)),
    ...(overall ? [scaleField(item, overall, words)] : []), commentField(item));
  byId("back").disabled = place === 0;
  byId("next").disabled = place === content.items.length - 1;
  showProgress();
  window.scrollTo(0, 0);
  byId("item").focus({ preventScroll: true });
}

function countSeconds() {
  const now = performance.now();
  if (state.at >= 0) {
    const { code } = content.items[state.at];
    state.seconds[code] = (state.seconds[code] ?? 0) + (now - since) / 1000;
  }
  since = now;
}

// The same sum as `checksum` of form_pages.py: it tells a file that was changed after it was saved.
function checksum(lines) {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(lines.join("\n"))) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value.toString(16).padStart(8, "0");
}

function fileText() {
  const head = [content.study, content.form, content.rater];
  const row = (item, slot, scale, value, seconds) => [...head, item, slot, scale, value, seconds]
    .map((cell) => String(cell).replace(/[\u0000-\u001f\u007f]+/g, " ").trim() || "n/a").join("\t");
  const rows = [row("", "", "rated by a person", state.person ? "yes" : "no", "")];
  const comments = [];
  for (const item of content.items) {
    const seconds = (state.seconds[item.code] ?? 0).toFixed(0);
    for (const { slot, scale } of scalesOf(item)) {
      const value = state.ratings[nameOf(item, slot, scale)];
      if (value !== undefined) rows.push(row(item.code, slot, scale, value, seconds));
    }
    const comment = state.ratings[nameOf(item, "", "comment")]?.trim();
    if (comment) comments.push(row(item.code, "", "comment", comment, seconds));
  }
  const names = ["study", "form", "rater", "item", "slot", "scale", "value", "seconds"].join("\t");
  return [names, ...rows, ...comments, row("", "", "checksum", checksum(rows), "")].join("\n") + "\n";
}

function save() {
  countSeconds();
  keep();
  const address = URL.createObjectURL(new Blob([fileText()], { type: "text/tab-separated-values" }));
  make("a", { href: address, download: `ratings-${content.study}-${content.rater}.tsv` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

byId("person").checked = state.person;
byId("begin").disabled = !state.person;
byId("person").addEventListener("change", ({ target }) => {
  state.person = target.checked;
  byId("begin").disabled = !state.person;
  keep();
});
byId("begin").addEventListener("click", () => showItem(Math.max(state.at, 0)));
byId("back").addEventListener("click", () => showItem(state.at - 1));
byId("next").addEventListener("click", () => showItem(state.at + 1));
byId("open").addEventListener("click", () => {
  const after = content.items.findIndex((item, place) => place > state.at && missing(item).length);
  showItem(after >= 0 ? after : content.items.findIndex((item) => missing(item).length));
});
byId("save").addEventListener("click", save);
byId("scales").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) countSeconds();
  else since = performance.now();
});
state.at = state.person ? state.at : -1;
if (state.at >= 0) showItem(state.at);
else showProgress();
