"use strict";
// player(element, motion) fills `element` with moving figures, the token strip and joint angles;
// player_drawing.js draws them.
//
// `motion` (report/movement_page/skeleton.py makes it): frame_rate_hz, n_frames; tokens, each of frames_per_token
// frames of which every frame_step-th is here; points (names), bones {from, to, side, known};
// takes {name, positions}, drawn side by side, positions being x, y, z in mm of each point of each
// frame; joints {name, lines: {side, take, values}}, values in tenths of a degree. Positions and
// values are base64 of little-endian int16. Names are put on the page as text, never as markup.
//
// Returns {seek(frame), play(), pause(), remove()}. A page that has scripts of its own wraps both files
// in a function and keeps `player` alone.

const VIEWS = { "from the front right": [-0.6, 0.12], "from the right": [0, 0],
  "from the left": [Math.PI, 0], "from the front": [-Math.PI / 2, 0],
  "from behind": [Math.PI / 2, 0], "from above": [0, Math.PI / 2] };
const SPEEDS = { "quarter speed": 0.25, "half speed": 0.5, "full speed": 1, "double speed": 2 };
const TURN = 0.1; // radians, by an arrow key
const TURN_PER_PX = 0.01;
const ARROWS = { ArrowLeft: [TURN, 0], ArrowRight: [-TURN, 0], ArrowUp: [0, -TURN], ArrowDown: [0, TURN] };

function player(element, given) {
  const takes = given.takes.map((take) => numbers(take.positions));
  const motion = { ...given, ...extent(takes) };
  const joints = given.joints.map(({ name, lines }) => ({ name,
    lines: lines.map((line) => ({ ...line, values: [...numbers(line.values)].map((value) => value / 10) })) }));
  const state = { frame: 0, at: 0, playing: false, joint: joints[0] };
  [state.yaw, state.pitch] = Object.values(VIEWS)[0];
  const parts = build(motion, joints);
  element.append(parts.root);

  function show() {
    drawScene(parts.scene, motion, takes, state.frame, state);
    const words = [`${(state.frame / motion.frame_rate_hz).toFixed(2)} s`];
    if (motion.tokens.length) {
      const now = tokenAt(motion, state.frame);
      drawTokens(parts.tokens, motion, state.frame);
      words.push(`token ${now + 1} of ${motion.tokens.length}: code ${motion.tokens[now]}`);
    }
    parts.time.textContent = words.join(" · ");
    parts.slider.value = state.frame;
    // A screen reader is not told every frame of a playing movement.
    if (!state.playing) parts.slider.setAttribute("aria-valuetext", words.join(", "));
    for (const cursor of parts.cursors) {
      cursor.style.left = `${(100 * (state.frame + 0.5)) / motion.n_frames}%`;
    }
    parts.reading.replaceChildren(...reading(motion, state.joint?.lines ?? [], state.frame));
  }

  function showAll() {
    if (motion.tokens.length) drawOverview(parts.overview, motion);
    if (state.joint) drawCurves(parts.curves, motion, state.joint.lines);
    show();
  }

  function seek(frame) {
    state.frame = state.at = Math.max(0, Math.min(motion.n_frames - 1, Math.round(frame)));
    show();
  }

  function setPlaying(playing) {
    cancelAnimationFrame(state.request);
    if (playing && !parts.repeat.checked && state.frame === motion.n_frames - 1) seek(0);
    Object.assign(state, { playing, before: undefined });
    parts.play.textContent = playing ? "Pause" : "Play";
    if (playing) state.request = requestAnimationFrame(tick);
    else show();
  }

  // Where drawing is slow frames are left out: the movement keeps its speed.
  function tick(now) {
    const elapsed_s = Math.min(now - (state.before ?? now), 250) / 1000;
    state.before = now;
    state.at += elapsed_s * motion.frame_rate_hz * SPEEDS[parts.speed.value];
    if (state.at >= motion.n_frames && !parts.repeat.checked) {
      seek(motion.n_frames - 1);
      setPlaying(false);
      return;
    }
    state.at %= motion.n_frames;
    const frame = Math.floor(state.at);
    if (frame !== state.frame) {
      state.frame = frame;
      show();
    }
    state.request = requestAnimationFrame(tick);
  }

  function look([yaw, pitch]) {
    state.yaw = yaw;
    state.pitch = Math.max(-0.2, Math.min(Math.PI / 2, pitch));
    show();
  }

  parts.play.addEventListener("click", () => setPlaying(!state.playing));
  parts.slider.addEventListener("input", () => seek(Number(parts.slider.value)));
  parts.view.addEventListener("change", () => look(VIEWS[parts.view.value]));
  parts.joint.addEventListener("change", () => {
    state.joint = joints.find(({ name }) => name === parts.joint.value);
    showAll();
  });
  parts.tokens.addEventListener("click", ({ offsetX }) => seek(
    frameAt(parts.tokens, motion, state.frame, offsetX)));
  for (const line of [parts.overview, parts.curves]) {
    line.addEventListener("click", ({ offsetX }) => seek(
      Math.floor((offsetX / line.clientWidth) * motion.n_frames)));
  }
  listen(parts, (yaw, pitch) => look([state.yaw + yaw, state.pitch + pitch]));
  const watcher = new ResizeObserver(showAll);
  watcher.observe(parts.root);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", showAll);
  showAll();
  const remove = () => {
    setPlaying(false);
    watcher.disconnect();
    scheme.removeEventListener("change", showAll);
    parts.root.remove();
  };
  return { seek, play: () => setPlaying(true), pause: () => setPlaying(false), remove };
}

function numbers(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new Int16Array(bytes.buffer);
}

function make(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

function choice(label, names, chosen) {
  const options = names.map((name) => make("option", { selected: name === chosen }, name));
  return make("select", { ariaLabel: label }, ...options);
}

function build(motion, joints) {
  const names = motion.takes.map((take) => take.name);
  const picture = (className, label) => make("canvas", { className, role: "img", ariaLabel: label });
  const parts = {
    scene: picture("scene", `Moving figure, ${names.join(" and ")}. The right side is blue with an R, the left ` +
      "side orange with an L. Arrow keys turn it, the space bar plays and pauses."),
    play: make("button", { type: "button" }, "Play"),
    slider: make("input", { type: "range", min: 0, max: motion.n_frames - 1, value: 0, ariaLabel: "Frame" }),
    time: make("span", { className: "time" }),
    speed: choice("Speed", Object.keys(SPEEDS), "full speed"),
    view: choice("View", Object.keys(VIEWS)),
    repeat: make("input", { type: "checkbox", checked: true }),
    tokens: picture("tokens", "The tokens around the present one, which stands beside the time."),
    overview: picture("overview", "All tokens of the movement in their colours."),
    joint: choice("Joint angle", joints.map(({ name }) => name)),
    curves: picture("curves", "Joint angle over time. The values at the present frame stand below."),
    cursors: [0, 1].map(() => make("span", { className: "cursor" })),
    reading: make("p", { className: "reading" }),
  };
  parts.scene.tabIndex = 0;
  const rows = [
    make("div", { className: "names" }, ...names.map((name) => make("b", {}, name))),
    parts.scene,
    legend(motion),
    make("div", { className: "controls" }, parts.play, parts.slider, parts.time),
    make("div", { className: "controls" }, parts.speed, parts.view, make("label", {}, parts.repeat, " repeat")),
    ...(motion.tokens.length ? [parts.tokens, underCursor(parts.overview, parts.cursors[0])] : []),
    ...(joints.length ? [make("div", { className: "controls" }, parts.joint, ...strokes(names)),
      underCursor(parts.curves, parts.cursors[1]), parts.reading] : []),
  ];
  parts.root = make("div", { className: "player" }, ...rows);
  return parts;
}

function underCursor(canvas, cursor) {
  return make("div", { className: "plot" }, canvas, cursor);
}

function strokes(names) {
  const looks = ["solid", "dashed"];
  return names.map((name, take) => make("span", {}, make("i", { className: looks[take] }), name));
}

function legend(motion) {
  const entries = [["right", "right side"], ["left", "left side"], ["middle", "trunk and head"]];
  if (motion.bones.some(({ known }) => !known)) entries.push(["unknown", "not recorded, drawn at rest"]);
  const items = entries.map(([side, words]) => make("span", {}, make("i", { className: side }), words));
  return make("p", { className: "legend" }, ...items);
}

// The joint angle of each side at a frame, of every take.
function reading(motion, lines, frame) {
  return [...new Set(lines.map(({ side }) => side))].map((side) => {
    const values = lines.filter((line) => line.side === side).map(({ take, values }) =>
      `${degrees(values[frame], 1)} ${motion.takes[take].name}`);
    const words = `${side === "middle" ? "" : `${side}: `}${values.join(", ")}`;
    return make("span", {}, make("i", { className: side }), words);
  });
}

function listen(parts, turn) {
  let dragged = null;
  parts.scene.addEventListener("pointerdown", (event) => {
    dragged = [event.clientX, event.clientY];
    parts.scene.setPointerCapture(event.pointerId);
  });
  parts.scene.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    turn((dragged[0] - event.clientX) * TURN_PER_PX, (event.clientY - dragged[1]) * TURN_PER_PX);
    dragged = [event.clientX, event.clientY];
  });
  for (const end of ["pointerup", "pointercancel"]) {
    parts.scene.addEventListener(end, () => { dragged = null; });
  }
  parts.scene.addEventListener("keydown", (event) => {
    if (event.key in ARROWS) turn(...ARROWS[event.key]);
    else if (event.key === " ") parts.play.click();
    else return;
    event.preventDefault();
  });
}
