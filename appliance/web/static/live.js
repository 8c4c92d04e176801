// The live view: the WebSocket, the verdict, everybody's bars, the three controls.

import { say } from "./say.js";
import { $, attempt, put, request, toast, within } from "./page.js";
import { people } from "./people.js";
import * as stage from "./stage.js";
import { signal, text } from "./words.js";

const DOUBT_MS = 4000;
const SILENCE_MS = 12000; // the page says something every five seconds
const LOOK_MS = 2000;
const PAUSE_MS = 5 * 60 * 1000; // the picture costs 300 kB/s, of somebody's data perhaps
/** @type {WebSocket | null} */
let socket = null;
let wanted = false;
let retry = 500;
let refused = 0; // times in a row that not even the connection came about
/** @type {ReturnType<typeof setTimeout> | undefined} */
let doubt;
let heardAt = 0;
/** @type {Frame | null} */
let newest = null;
/** @type {string | null} */
let fault = null;
let untouched = 0; // milliseconds that the page has run in sight without a touch
let paused = false;
let said = "";
let saidAt = 0;

/** @type {{ photos: (() => void)[], link: ((connected: boolean) => void)[] }} */
export const listeners = { photos: [], link: [] };

export function start() {
  wanted = true;
  if (!socket) connect();
}

export function stop() {
  wanted = false;
  socket?.close();
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const mine = new WebSocket(`${scheme}://${location.host}/live`);
  mine.binaryType = "arraybuffer";
  socket = mine;
  heardAt = Date.now();
  mine.onopen = () => { retry = 500; refused = 0; tell({ visible: visible() }); };
  mine.onmessage = (event) => {
    clearTimeout(doubt);
    heardAt = Date.now();
    if (typeof event.data === "string") happened(JSON.parse(event.data));
    else frame(event.data, mine);
  };
  mine.onclose = (event) => {
    if (socket !== mine) return;
    socket = null;
    if (event.code === 4401) { dispatchEvent(new Event("logged-out")); return; }
    if (!wanted) return;
    idle();
    light("off");
    curtain(text("live.lost"), text(++refused > 3 ? "live.lost.proxy" : "live.again"));
    if (visible() || event.code !== 4408) setTimeout(() => wanted && !socket && connect(), retry);
    retry = Math.min(5000, retry * 1.7);
  };
}

/** @param {{ visible: boolean }} message */
function tell(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

const visible = () => !document.hidden && !paused;

// After a sleep the connection may be dead without anybody having said so: ask, and give up soon.
document.addEventListener("visibilitychange", () => { if (!document.hidden) touched(); look(); });

function look() {
  if (!wanted) return;
  if (!visible()) { tell({ visible: false }); return; }
  if (!socket) { retry = 500; connect(); return; }
  tell({ visible: true });
  clearTimeout(doubt);
  const mine = socket;
  doubt = setTimeout(() => { if (socket === mine) anew(); }, DOUBT_MS);
}

setInterval(() => {
  // A laptop that was closed with this page in sight wakes up without a word.
  if (wanted && socket && visible() && Date.now() - heardAt > SILENCE_MS) anew();
  untouched += LOOK_MS; // of time that runs: a sleep counts as one look
  if (wanted && visible() && untouched >= PAUSE_MS) pause();
}, LOOK_MS);

for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "scroll"]) {
  addEventListener(kind, touched, { capture: true, passive: true });
}

function touched() {
  untouched = 0;
  if (!paused) return;
  paused = false;
  curtain(text("live.waiting"), "");
  look();
}

function pause() {
  paused = true;
  idle();
  curtain(text("live.paused"), text("live.paused.text"));
  look();
}

function anew() {
  const old = socket;
  socket = null;
  old?.close();
  connect();
}

/**
 * @param {ArrayBuffer} data
 * @param {WebSocket} from
 */
async function frame(data, from) {
  const length = new DataView(data).getUint32(0);
  /** @type {Frame} */
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  try {
    await stage.show(head, new Blob([new Uint8Array(data, 4 + length)], { type: "image/jpeg" }));
  } catch { /* a torn picture: the next one comes soon */ }
  if (from.readyState === WebSocket.OPEN) from.send(JSON.stringify({ shown: head.sequence }));
  if (socket !== from || paused) return;
  newest = head;
  curtain(fault === "camera_lost" ? signal(fault).title : null, text("live.again"));
  light(fault || head.light);
  verdict(head); // all of it before the browser paints: words and picture are of the same frame
  people(head.people);
  controls(head);
}

/** @param {LiveEvent} event */
function happened(event) {
  if (event.kind === "link") {
    if (event.connected) curtain(text("live.waiting"), "");
    else {
      curtain(text("live.stopped"), text("live.stopped.text"));
      light("off");
      idle();
    }
    for (const listener of listeners.link) listener(event.connected);
  } else if (event.kind === "fault") {
    fault = event.light;
    if (fault) light(fault);
    if (fault === "camera_lost") { curtain(signal(fault).title, text("live.again")); idle(); }
  } else if (event.kind === "photo") {
    photo(event.name);
  } else if (event.kind === "deleted" || event.kind === "restored") {
    photosChanged();
  }
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let arriving;

/**
 * After a sleep many arrive at once: only the last one matters.
 * @param {string} name
 */
function photo(name) {
  clearTimeout(arriving);
  arriving = setTimeout(() => {
    stage.flash();
    last(name);
    photosChanged();
  }, 30);
}

function photosChanged() {
  for (const listener of listeners.photos) listener();
}

function idle() {
  newest = null;
  $("preview-verdict").textContent = "\u00a0";
  stage.clear();
  people([]);
  $("verdict").dataset.state = "idle";
  within($("verdict"), "strong").textContent = "–";
  within($("verdict"), "b").textContent = "";
  within($("verdict"), "div > span").textContent = "\u00a0";
  controls({ armed: false }, false);
}

/**
 * @param {string | null} title
 * @param {string} words
 */
function curtain(title, words) {
  const place = $("curtain");
  if (paused && title !== text("live.paused")) return;
  place.classList.toggle("up", !title);
  if (!title) return;
  const [strong, span] = [within(place, "strong"), within(place, "strong + span")];
  if (strong.textContent !== say(title)) strong.textContent = say(title);
  if (span.textContent !== say(words)) span.textContent = say(words);
}

/** @param {string} name */
function light(name) {
  const place = $("light");
  if (place.dataset.light === name) return;
  const { title, animation } = signal(name);
  place.dataset.light = name;
  place.dataset.pattern = animation;
  within(place, "span").textContent = title;
}

/** @param {Frame} head */
function verdict(head) {
  const { showing, needed, counted } = head;
  const place = $("verdict");
  place.dataset.state = !head.armed ? "off" : head.all_show ? "all" : counted ? "waiting" : "idle";
  const [title, detail] = [say(head.title), say(head.detail)];
  put(within(place, "strong"), title);
  put(within(place, "div > span"), detail);
  put(within(place, ".ring b"), counted ? `${Math.min(showing, needed)}/${needed}` : "");
  within(place, ".part").style.strokeDashoffset = String(120 * (1 - (counted ? Math.min(1, showing / needed) : 0)));
  put($("preview-verdict"), `${title}. ${detail}.`);
  announce(`${title}. ${detail}`);
}

/**
 * For screen readers: what changed, but not thirty times a second.
 * @param {string} words
 */
function announce(words) {
  const now = performance.now();
  if (words === said || now - saidAt < 3000 || $("view-live").hidden) return;
  [said, saidAt] = [words, now];
  $("say").textContent = words;
}

/**
 * @param {{ armed: boolean }} head
 * @param {boolean} alive
 */
function controls(head, alive = true) {
  const arm = $("arm");
  arm.setAttribute("aria-checked", String(Boolean(head.armed)));
  put(within(arm, "span"), text(head.armed ? "live.armed" : "live.disarmed"));
  arm.disabled = !alive;
  $("shoot").disabled = !alive;
}

/** @param {string} name */
export function last(name) {
  const image = /** @type {HTMLImageElement} */ (within($("last"), "img"));
  image.src = `/thumbnails/${name}`;
  image.hidden = false;
  $("last").setAttribute("aria-label", text("live.last"));
}

$("arm").addEventListener("click", () => attempt(async () => {
  await request(`/api/do/${newest?.armed ? "disarm" : "arm"}`, { method: "POST" });
}));
$("shoot").addEventListener("click", () => attempt(async () => {
  await request("/api/do/shoot", { method: "POST" });
  toast(text("live.taken"));
}));
