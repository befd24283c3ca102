"use strict";
// What player.js draws: figures, token strip and curves, each onto a canvas of its own.
// Colours come from --ink, --paper, --soft, --line, --blue (right) and --orange (left) of the page.

const SIDES = { right: "--blue", left: "--orange", middle: "--ink" };
const FLOOR_M = [-0.6, -0.3, 0, 0.3, 0.6];
const HEAD_RADIUS_M = 0.1;
const HEAD_AT = 0.6; // of the way from the neck to the top
const CELL_PX = 46;
// How thick the capsule is that ends at a point; edges are of paper, so that near limbs stand out.
const THICK_M = { neck: 0.17, head: 0.07, hip: 0.11, knee: 0.12, ankle: 0.09, heel: 0.06, toe: 0.06,
  shoulder: 0.08, elbow: 0.075, wrist: 0.06 };
const EDGE_M = 0.018, UNKNOWN_M = 0.02;

// A canvas as sharp as the screen, cleared; x and y are CSS pixels.
function fresh(canvas) {
  const sharpness = Math.min(window.devicePixelRatio || 1, 2);
  const width = canvas.clientWidth, height = canvas.clientHeight;
  canvas.width = Math.round(width * sharpness);
  canvas.height = Math.round(height * sharpness);
  const pen = canvas.getContext("2d");
  pen.scale(sharpness, sharpness);
  const style = getComputedStyle(canvas);
  pen.font = `12px ${style.fontFamily}`;
  return { pen, width, height, colour: (name) => style.getPropertyValue(name).trim() };
}

// The figures, side by side, seen from yaw and pitch (radians) by an orthographic camera.
function drawScene(canvas, motion, takes, frame, { yaw, pitch }) {
  const { pen, width, height, colour } = fresh(canvas);
  const column = width / takes.length;
  const scale = Math.min(height / (motion.top_m + 0.35), column / (2 * motion.reach_m + 0.1));
  const [cosY, sinY, cosP, sinP] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  takes.forEach((positions, number) => {
    const place = (x, y, z) => {
      const across = x * cosY + z * sinY, near = z * cosY - x * sinY, up = y - motion.top_m / 2;
      return { x: column * (number + 0.5) + scale * across, near: near * cosP + up * sinP,
        y: height / 2 - scale * (up * cosP - near * sinP) };
    };
    drawFloor(pen, place, colour("--line"));
    const points = motion.points.map((_, i) => {
      const start = 3 * (frame * motion.points.length + i);
      return place(positions[start] / 1000, positions[start + 1] / 1000, positions[start + 2] / 1000);
    });
    drawBody(pen, points, motion, scale, colour);
  });
}

function drawFloor(pen, place, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  const [low, high] = [FLOOR_M[0], FLOOR_M[FLOOR_M.length - 1]];
  for (const at of FLOOR_M) {
    for (const ends of [[place(at, 0, low), place(at, 0, high)], [place(low, 0, at), place(high, 0, at)]]) {
      pen.moveTo(ends[0].x, ends[0].y);
      pen.lineTo(ends[1].x, ends[1].y);
    }
  }
  pen.stroke();
}

// Far bones first, each a capsule with an edge of paper, so that near ones pass in front.
function drawBody(pen, points, motion, scale, colour) {
  const bones = motion.bones.map((bone) => ({ ...bone, a: points[bone.from], b: points[bone.to],
    end: motion.points[bone.to].replace(/_[rl]$/, "") }));
  bones.sort((one, other) => one.a.near + one.b.near - other.a.near - other.b.near);
  pen.lineCap = "round";
  for (const bone of bones) {
    const ink = bone.known ? colour(SIDES[bone.side]) : colour("--soft");
    const thick_m = bone.known ? THICK_M[bone.end] : UNKNOWN_M;
    pen.setLineDash([]);
    drawBone(pen, bone, scale, colour("--paper"), thick_m, EDGE_M);
    pen.setLineDash(bone.known ? [] : [0.03 * scale, 0.05 * scale]);
    drawBone(pen, bone, scale, ink, thick_m, 0);
  }
  pen.setLineDash([]);
  drawSides(pen, points, motion, colour);
}

function drawBone(pen, { a, b, end }, scale, ink, thick_m, edge_m) {
  pen.strokeStyle = pen.fillStyle = ink;
  pen.lineWidth = Math.max(1.5, (thick_m + 2 * edge_m) * scale);
  const reach = end === "head" ? HEAD_AT : 1;
  const [x, y] = [a.x + reach * (b.x - a.x), a.y + reach * (b.y - a.y)];
  pen.beginPath();
  pen.moveTo(a.x, a.y);
  pen.lineTo(x, y);
  pen.stroke();
  if (end !== "head") return;
  pen.beginPath();
  pen.arc(x, y, (HEAD_RADIUS_M + edge_m) * scale, 0, 2 * Math.PI);
  pen.fill();
}

// Colour alone does not say which side is which: a letter stands under each foot.
function drawSides(pen, points, motion, colour) {
  Object.assign(pen, { textAlign: "center", textBaseline: "top", lineWidth: 4, strokeStyle: colour("--paper") });
  for (const [side, letter] of [["r", "R"], ["l", "L"]]) {
    const { x, y } = points[motion.points.indexOf(`toe_${side}`)];
    pen.fillStyle = colour(side === "r" ? "--blue" : "--orange");
    pen.strokeText(letter, x, y + 8);
    pen.fillText(letter, x, y + 8);
  }
}

// Frames here that a token lasts.
function tokenSize(motion) {
  return motion.frames_per_token / motion.frame_step;
}

// The token that a frame belongs to; frames behind the last whole token count to the last.
function tokenAt(motion, frame) {
  const token = Math.floor((frame * motion.frame_step) / motion.frames_per_token);
  return Math.min(token, motion.tokens.length - 1);
}

// Equal codes have equal colours; dark text can be read on all of them.
function tokenColour(code) {
  return `hsl(${(code * 137.508) % 360} 60% ${[70, 78, 86][code % 3]}%)`;
}

// The tokens around a frame with their codes; the frame is in the middle.
function drawTokens(canvas, motion, frame) {
  const { pen, width, height, colour } = fresh(canvas);
  const now = tokenAt(motion, frame), cells = Math.ceil(width / CELL_PX / 2) + 1;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (let i = now - cells; i <= now + cells; i += 1) {
    if (!(i in motion.tokens)) continue;
    const x = width / 2 + (i - (frame + 0.5) / tokenSize(motion)) * CELL_PX;
    pen.fillStyle = tokenColour(motion.tokens[i]);
    pen.fillRect(x, 0, CELL_PX - 2, height);
    pen.fillStyle = "#1b1b1b";
    pen.fillText(motion.tokens[i], x + CELL_PX / 2 - 1, height / 2);
  }
  pen.fillStyle = colour("--ink");
  pen.fillRect(width / 2 - 1, 0, 2, height);
}

// The frame in the middle of the token at a place `x` of what drawTokens has drawn.
function frameAt(canvas, motion, frame, x) {
  const size = tokenSize(motion);
  const token = Math.floor((x - canvas.clientWidth / 2) / CELL_PX + (frame + 0.5) / size);
  return Math.floor((token + 0.5) * size);
}

// All tokens of the trial on the line of time that the curves have.
function drawOverview(canvas, motion) {
  const { pen, width, height } = fresh(canvas);
  const share = (width * tokenSize(motion)) / motion.n_frames;
  motion.tokens.forEach((code, i) => {
    pen.fillStyle = tokenColour(code);
    pen.fillRect(i * share, 0, share + 0.5, height);
  });
}

function degrees(value, decimals) {
  return `${value.toFixed(decimals).replace(/^-(?=.*[1-9])/, "\u2212").replace("-", "")}°`;
}

function drawCurves(canvas, motion, lines) {
  const { pen, width, height, colour } = fresh(canvas);
  let low = Infinity, high = -Infinity;
  for (const { values } of lines) {
    for (const value of values) { low = Math.min(low, value); high = Math.max(high, value); }
  }
  const room = Math.max(0.06 * (high - low), 1);
  [low, high] = [low - room, high + room];
  const x = (frame) => ((frame + 0.5) * width) / motion.n_frames;
  const y = (value) => height - ((value - low) / (high - low)) * height;
  for (const { side, take, values } of lines) {
    pen.strokeStyle = colour(SIDES[side]);
    pen.lineWidth = 1.6;
    pen.setLineDash(take ? [5, 4] : []);
    pen.beginPath();
    values.forEach((value, frame) => pen.lineTo(x(frame), y(value)));
    pen.stroke();
  }
  Object.assign(pen, { fillStyle: colour("--soft"), strokeStyle: colour("--paper"), lineWidth: 4 });
  pen.setLineDash([]);
  for (const [value, at] of [[high, 12], [low, height - 4]]) {
    pen.strokeText(degrees(value, 0), 3, at);
    pen.fillText(degrees(value, 0), 3, at);
  }
}

// How high and how far from the middle the figures reach.
function extent(takes) {
  let top_mm = 0, reach_mm = 0;
  for (const positions of takes) {
    for (let i = 0; i < positions.length; i += 3) {
      top_mm = Math.max(top_mm, positions[i + 1]);
      reach_mm = Math.max(reach_mm, Math.hypot(positions[i], positions[i + 2]));
    }
  }
  return { top_m: top_mm / 1000, reach_m: Math.max(reach_mm / 1000, 0.6) };
}
