// Expressions over time: the average of all, the share of people, or one person.

import { $, choices, element, request, within } from "./page.js";
import { COLOURS, NAMES, capital, counted, percent, personColour, text } from "./words.js";

/** @type {[minutes: number, text: string][]} */
const SPANS = [[1, "1 min"], [5, "5 min"], [10, "10 min"], [60, "1 h"]];
const STEPS = [15, 30, 60, 120, 300, 600, 1200, 3600]; // seconds between the times below the chart
const HERE_SAMPLES = 20; // of two a second: who was seen in the last of them can be chosen
const GAP_SECONDS = 3;
/** @type {Sample[]} */
let samples = [];
/** @type {string[]} */
let order = [];
let keep = 600;
/** @type {"mean" | "share" | number} */
let who = "mean";
let span = 0;
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;
let offered = "";
/** @type {Set<string>} */
const hidden = new Set();

export function enter() {
  load();
  timer = setInterval(load, 1000);
}

export function leave() { clearInterval(timer); }

async function load() {
  const since = samples.length ? samples[samples.length - 1].time : 0;
  const answer = await request(`/api/history?since=${since}`).catch(() => null);
  if (!answer) return;
  order = answer.expressions;
  keep = answer.keep;
  samples.push(...answer.samples);
  const end = samples.length ? samples[samples.length - 1].time : 0;
  samples = samples.filter((one) => one.time > end - keep);
  span ||= SPANS.find(([minutes]) => minutes * 60 > end - (samples[0]?.time ?? end))?.[0] ?? 10;
  offer();
  now();
  chart();
}

function offer() {
  /** @type {Set<number>} */
  const people = new Set();
  for (const one of samples.slice(-HERE_SAMPLES)) for (const number of Object.keys(one.people)) people.add(Number(number));
  const list = [...people].sort((a, b) => a - b).slice(-8);
  if (typeof who === "number" && !list.includes(who)) who = "mean";
  const spans = SPANS.filter(([minutes]) => minutes * 60 <= keep || minutes === 1);
  const key = JSON.stringify([list, who, span, spans.length]);
  if (key === offered) return;
  offered = key;
  /** @type {[value: typeof who, text: string, colour?: string][]} */
  const everybody = [["mean", text("mood.average")], ["share", text("mood.share")]];
  for (const number of list) everybody.push([number, text("mood.person", { n: number }), personColour(number)]);
  choices($("mood-who"), everybody, who, (value) => { who = value; offer(); chart(); });
  choices($("mood-span"), spans, span, (value) => { span = value; offer(); chart(); });
}

function now() {
  const newest = samples[samples.length - 1];
  const fresh = newest && newest.count > 0 && Date.now() / 1000 - newest.time < 5;
  const share = newest && fresh ? newest.share : order.map(() => 0);
  const best = share.indexOf(Math.max(...share));
  $("mood-now").textContent = fresh ? `${percent(share[best])} ${NAMES[order[best]]}` : text("mood.nobody");
  $("mood-count").textContent = newest && fresh ? counted("mood.people", newest.count) : "";
  const stack = $("mood-stack");
  if (stack.children.length !== order.length) {
    stack.replaceChildren(...order.map((name) => {
      const part = element("i");
      part.style.background = COLOURS[name];
      return part;
    }));
  }
  order.forEach((_, index) => {
    /** @type {HTMLElement} */ (stack.children[index]).style.flexGrow = String(share[index]);
  });
}

/** @param {Sample} sample */
function values(sample) {
  if (who === "mean") return sample.mean;
  if (who === "share") return sample.share;
  return sample.people[who] || [];
}

function chart() {
  const canvas = $("chart");
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!width) return;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ink.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const [faint, line] = [style.getPropertyValue("--faint"), style.getPropertyValue("--line")];
  const area = { left: 46, right: width - 10, top: 10, bottom: height - 24 };
  const end = Math.max(samples.length ? samples[samples.length - 1].time : 0, Date.now() / 1000 - 2);
  const from = end - span * 60;
  /** @param {number} time */
  const x = (time) => area.left + (time - from) / (end - from) * (area.right - area.left);
  /** @param {number} share */
  const y = (share) => area.bottom - share * (area.bottom - area.top);
  axes(ink, area, { end, x, y, faint, line });
  const shown = samples.filter((one) => one.time >= from - 1);
  order.forEach((name, index) => {
    if (!hidden.has(name)) trace(ink, smooth(shown, index), x, y, COLOURS[name]);
  });
  $("chart-empty").hidden = shown.some((one) => one.count);
  legend(shown);
}

/**
 * Averaged over a second and a half for the eye; the table has the numbers as they are.
 * @param {Sample[]} shown
 * @param {number} index
 * @returns {[time: number, value: number | null][]}
 */
function smooth(shown, index) {
  return shown.map((one, at) => {
    const near = shown.slice(Math.max(0, at - 1), at + 2).map((other) => values(other)[index]).filter((value) => value != null);
    const here = values(one)[index];
    return [one.time, here == null ? null : near.reduce((sum, value) => sum + value, 0) / near.length];
  });
}

/**
 * @param {CanvasRenderingContext2D} ink
 * @param {{ left: number, right: number, top: number, bottom: number }} area
 * @param {{ end: number, x: (time: number) => number, y: (share: number) => number, faint: string, line: string }} look
 */
function axes(ink, area, { end, x, y, faint, line }) {
  ink.font = "12px system-ui, sans-serif";
  ink.fillStyle = faint;
  ink.strokeStyle = line;
  ink.lineWidth = 1;
  ink.textBaseline = "middle";
  ink.textAlign = "right";
  for (const share of [0, .25, .5, .75, 1]) {
    ink.beginPath();
    ink.moveTo(area.left, Math.round(y(share)) + .5);
    ink.lineTo(area.right, Math.round(y(share)) + .5);
    ink.stroke();
    if (share !== .25 && share !== .75) ink.fillText(percent(share), area.left - 6, y(share));
  }
  ink.textAlign = "center";
  const room = ink.measureText(clock(end, true)).width + 16;
  const step = STEPS.find((one) => x(end - one) < x(end) - room) ?? STEPS[STEPS.length - 1];
  for (let time = Math.ceil((end - span * 60) / step) * step; time <= end; time += step) {
    const words = clock(time, step < 60);
    const half = ink.measureText(words).width / 2;
    if (x(time) - half >= 2 && x(time) + half <= area.right + 8) ink.fillText(words, x(time), area.bottom + 14);
  }
}

/**
 * @param {number} time
 * @param {boolean} seconds
 */
const clock = (time, seconds) => new Date(time * 1000).toLocaleTimeString([], {
  hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined,
});

/**
 * @param {CanvasRenderingContext2D} ink
 * @param {[time: number, value: number | null][]} points
 * @param {(time: number) => number} x
 * @param {(share: number) => number} y
 * @param {string} colour
 */
function trace(ink, points, x, y, colour) {
  ink.strokeStyle = colour;
  ink.lineWidth = 2.2;
  ink.lineJoin = "round";
  ink.beginPath();
  /** @type {number | null} */
  let before = null;
  for (const [time, value] of points) {
    if (value == null) { before = null; continue; }
    if (before == null || time - before > GAP_SECONDS) ink.moveTo(x(time), y(value));
    else ink.lineTo(x(time), y(value));
    before = time;
  }
  ink.stroke();
}

/** @param {Sample[]} shown */
function legend(shown) {
  const newest = shown.length ? values(shown[shown.length - 1]) : [];
  const place = $("legend");
  if (place.children.length !== order.length) {
    place.replaceChildren(...order.map((name) => {
      const dot = element("i", { "aria-hidden": "true" });
      dot.style.background = COLOURS[name];
      /** @type {HTMLButtonElement} */
      const button = element("button", { type: "button", "aria-pressed": "true", onclick: () => { toggle(name, button); } },
        dot, element("span", { text: capital(NAMES[name]) }), element("b"));
      return element("li", {}, button);
    }));
  }
  order.forEach((_, index) => {
    within(place.children[index], "b").textContent = newest[index] == null ? "–" : percent(newest[index]);
  });
}

/**
 * @param {string} name
 * @param {HTMLButtonElement} button
 */
function toggle(name, button) {
  if (!hidden.delete(name)) hidden.add(name);
  button.setAttribute("aria-pressed", String(!hidden.has(name)));
  chart();
}

addEventListener("resize", () => { if (!$("view-mood").hidden) chart(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (!$("view-mood").hidden) chart(); });
