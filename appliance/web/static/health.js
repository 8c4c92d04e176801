// How the box is.

import { say } from "./say.js";
import { $, element, request, session, within } from "./page.js";
import { capital, signal, text } from "./words.js";

let timer = 0;

export function enter() {
  $("version").textContent = `Smart selfie ${session.version}`;
  load();
  timer = setInterval(load, 2000);
}

export function leave() { clearInterval(timer); }

async function load() {
  /** @type {Health | null} */
  const health = await request("/api/health").catch(() => null);
  if (!health) { $("health-say").textContent = say("The page's server does not answer."); return; }
  $("health-say").textContent = !health.up ? say("The appliance is not running.") : health.fault ? `${signal(health.fault).title}.` : say("All is well.");
  tiles(health);
  stages(health.appliance.stages || []);
}

/** @param {number | undefined} seconds */
function duration(seconds) {
  if (seconds == null) return "–";
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min` : `${Math.round(seconds)} s`;
}

/** @param {number | null} mb */
const size = (mb) => (mb == null ? "–" : mb >= 1000 ? `${(mb / 1000).toFixed(1)} GB` : `${mb} MB`);
/** @param {number | null} seconds */
const ms = (seconds) => (seconds == null ? "–" : `${Math.round(1000 * seconds)} ms`);

/** @param {Health} health */
function tiles(health) {
  const { box, appliance, page } = health;
  const dropped = (appliance.stages || []).reduce((sum, one) => sum + one.dropped, 0);
  const done = (appliance.stages || [])[0]?.done || 0;
  const hot = box.heat === "too_hot" ? "bad" : box.heat === "warm" ? "warn" : "";
  const now = (box.troubles || []).filter((one) => one.now);
  const full = box.free_mb != null && box.free_mb < 500 ? "bad" : "";
  /** @type {[title: string, value: string, words: string, state: string, share?: number | null][]} */
  const list = [
    ["Running", health.up ? duration(appliance.uptime) : "Stopped", health.up ? "since the start" : "the appliance does not answer", health.up ? "" : "bad"],
    ["Temperature", box.temperature == null ? "–" : `${box.temperature.toFixed(0)} °C`, box.temperature == null ? "not reported by this machine" : hot ? "hot" : "fine", hot],
    ["Power", box.throttled == null ? "–" : now.length ? "Trouble" : box.throttled.length ? "Was in trouble" : "Good", box.throttled == null ? "not reported by this machine" : box.throttled.join(", ") || "never throttled", now.length ? "bad" : (box.throttled || []).length ? "warn" : ""],
    ["Camera", ...camera(appliance.camera)],
    ["Free space", size(box.free_mb), `of ${size(box.size_mb)}`, full, box.size_mb && box.free_mb != null ? 1 - box.free_mb / box.size_mb : null],
    ["Photos", String(health.photos), appliance.bin ? text("health.bin", { n: appliance.bin }) : "on the card", ""],
    ["Dropped frames", String(dropped), done ? `of ${done}: ${(100 * dropped / done).toFixed(1)} %` : "no frames yet", ""],
    ["Picture delay", ms(page.latency["0.95"]), "camera to screen, 95 %", (page.latency["0.95"] ?? 0) > .5 ? "warn" : ""],
    ["Watching", String(page.viewers), page.viewers === 1 ? "browser" : "browsers", ""],
  ];
  const place = $("tiles");
  if (place.children.length !== list.length) {
    place.replaceChildren(...list.map(() => element("div", { class: "card meter" }, element("h2"), element("strong"), element("p"), element("div", { class: "gauge" }, element("i")))));
  }
  list.forEach(([title, value, words, state, share], index) => {
    const tile = /** @type {HTMLElement} */ (place.children[index]);
    tile.dataset.state = state;
    within(tile, "h2").textContent = say(title);
    within(tile, "strong").textContent = say(value);
    within(tile, "p").textContent = say(words);
    within(tile, ".gauge").hidden = share == null;
    within(tile, "i").style.width = `${100 * (share || 0)}%`;
  });
}

/** @param {CameraFacts | null | undefined} camera @returns {[value: string, words: string, state: string]} */
function camera(camera) {
  if (!camera) return ["–", "not reported", ""];
  const view = camera.view_percent;
  const words = [
    view && `sees ${view[0].toFixed(0)} % × ${view[1].toFixed(0)} % of its sensor`,
    camera.angle && `${camera.angle.toFixed(0)}° wide`,
    camera.mode && `mode ${camera.mode.join("×")}`,
    camera.frame_rate && `${camera.frame_rate.toFixed(0)} frames a second`,
    ...(camera.notes || []),
  ].filter(Boolean);
  return [camera.cropped ? "Cropped" : camera.model, words.join(", ") || "no further details", camera.cropped ? "bad" : ""];
}

const MANY = new Intl.NumberFormat([], { notation: "compact", maximumFractionDigits: 1 });
/** @param {number} count */
const many = (count) => (count < 100_000 ? String(count) : MANY.format(count));

/** @param {Stage[]} list */
function stages(list) {
  /** @param {string} text */
  const cell = (text) => element("td", { text });
  $("stages").replaceChildren(...list.map((one) => element("tr", {}, element("th", { scope: "row", text: capital(one.name) }),
    cell(many(one.done)), cell(many(one.dropped)), cell(`${one.cpu_ms.toFixed(1)} ms`), cell(`${one.wall_ms.toFixed(1)} ms`), cell(`${one.slowest_ms.toFixed(0)} ms`))));
}
