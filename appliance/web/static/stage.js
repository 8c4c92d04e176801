// The picture and what was found on it. Picture and boxes are of the same frame, always.

import { $, within } from "./page.js";
import { BOX, NAMES, percent, personColour } from "./words.js";

const picture = $("picture");
const overlay = $("overlay");
const paint = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d", { alpha: false }));
const draw = /** @type {CanvasRenderingContext2D} */ (overlay.getContext("2d"));
const still = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * @param {Frame} head
 * @param {Blob} jpeg
 */
export async function show(head, jpeg) {
  const bitmap = await createImageBitmap(jpeg);
  await new Promise((done) => requestAnimationFrame(done));
  if (picture.width !== bitmap.width || picture.height !== bitmap.height) {
    picture.width = bitmap.width;
    picture.height = bitmap.height;
  }
  paint.drawImage(bitmap, 0, 0);
  bitmap.close();
  boxes(head.people);
}

// Where the picture lies in the stage: it is fitted in, and never stretched.
function fit() {
  const ratio = devicePixelRatio || 1;
  const width = Math.round(overlay.clientWidth * ratio);
  const height = Math.round(overlay.clientHeight * ratio);
  if (overlay.width !== width || overlay.height !== height) {
    overlay.width = width;
    overlay.height = height;
  }
  const scale = Math.min(width / picture.width, height / picture.height);
  const [w, h] = [picture.width * scale, picture.height * scale];
  return { x: (width - w) / 2, y: (height - h) / 2, w, h, ratio };
}

/** @param {Person[]} people */
function boxes(people) {
  const place = fit();
  draw.clearRect(0, 0, overlay.width, overlay.height);
  const small = place.w / place.ratio < 420;
  const tiny = place.w / place.ratio < 240;
  for (const one of people) {
    const [x, y, w, h] = one.box;
    const colour = !one.seen || !one.counts ? BOX.away : one.shows ? BOX.shows : BOX.waits;
    const [left, top] = [place.x + x * place.w, place.y + y * place.h];
    const [wide, high] = [w * place.w, h * place.h];
    draw.lineWidth = (one.shows ? 3.5 : 2.5) * place.ratio;
    draw.strokeStyle = "rgba(0,0,0,.35)";
    outline(left, top, wide, high, draw.lineWidth * .6);
    draw.strokeStyle = colour;
    outline(left, top, wide, high, 0);
    if (!tiny) label(one, colour, left, top, wide, place, small);
    if (!tiny && people.length > 1) number(one.number, left + wide / 2, top + high, place.ratio * (small ? 9 : 12));
  }
}

/**
 * As roundRect does, which is newer than iOS 15.
 * @param {number} x
 * @param {number} y
 * @param {number} w
 * @param {number} h
 * @param {number} radius
 */
function rounded(x, y, w, h, radius) {
  draw.moveTo(x + radius, y);
  draw.arcTo(x + w, y, x + w, y + h, radius);
  draw.arcTo(x + w, y + h, x, y + h, radius);
  draw.arcTo(x, y + h, x, y, radius);
  draw.arcTo(x, y, x + w, y, radius);
  draw.closePath();
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} w
 * @param {number} h
 * @param {number} grow
 */
function outline(x, y, w, h, grow) {
  draw.beginPath();
  rounded(x - grow, y - grow, w + 2 * grow, h + 2 * grow, Math.min(w, h) / 6);
  draw.stroke();
}

/**
 * Whose card it is.
 * @param {number} value
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
function number(value, x, y, radius) {
  draw.fillStyle = personColour(value);
  draw.beginPath();
  draw.arc(x, y, radius, 0, 7);
  draw.fill();
  draw.font = `700 ${Math.round(radius * 1.15)}px system-ui, sans-serif`;
  draw.textAlign = "center";
  draw.textBaseline = "middle";
  draw.fillStyle = "#fff";
  draw.fillText(String(value), x, y + radius * .08);
  draw.textAlign = "start";
}

/**
 * @param {Person} one
 * @param {string} colour
 * @param {number} left
 * @param {number} top
 * @param {number} wide
 * @param {ReturnType<typeof fit>} place
 * @param {boolean} small
 */
function label(one, colour, left, top, wide, place, small) {
  const best = Math.max(...one.scores);
  const text = one.too_far ? "too far away" : `${NAMES[one.expression]} ${percent(best)}`;
  const size = Math.round((small ? 11 : 13.5) * place.ratio);
  draw.font = `600 ${size}px system-ui, sans-serif`;
  const [pad, high] = [size * .5, size * 1.6];
  const width = draw.measureText(text).width + 2 * pad;
  const x = Math.min(Math.max(left + wide / 2 - width / 2, place.x), place.x + place.w - width);
  const y = Math.max(top - high - 5 * place.ratio, place.y);
  draw.fillStyle = colour;
  draw.beginPath();
  rounded(x, y, width, high, high / 2);
  draw.fill();
  draw.fillStyle = "#0b0d0c";
  draw.textBaseline = "middle";
  draw.fillText(text, x + pad, y + high / 2 + size * .06);
}

export function clear() {
  draw.clearRect(0, 0, overlay.width, overlay.height);
}

export function flash() {
  if (still.matches) return;
  const light = within($("stage"), ".flash");
  for (const animation of light.getAnimations()) animation.cancel();
  light.animate([{ opacity: .85 }, { opacity: 0 }], { duration: 450, easing: "ease-out" });
}

/**
 * The stage stands on the part of the page that shows it.
 * @param {HTMLElement} section
 */
export function moveTo(section) {
  const place = section.querySelector(".stage-place");
  if (place && !place.contains($("stage"))) place.append($("stage"));
}
