// The live view: the WebSocket, the verdict, everybody's bars, the three controls.

import { $, attempt, element, request, toast } from "./page.js";
import * as stage from "./stage.js";
import { COLOURS, EXPRESSIONS, NAMES, capital, percent, personColour, signal } from "./words.js";

const DOUBT_MS = 4000;
const SILENCE_MS = 12000; // the page says something every five seconds
let socket = null;
let wanted = false;
let retry = 500;
let doubt = 0;
let heardAt = 0;
let newest = null;
let fault = null;
let drawnAt = 0;
let said = "";
let saidAt = 0;

export const listeners = { photo: [], link: [] };

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
  socket = new WebSocket(`${scheme}://${location.host}/live`);
  socket.binaryType = "arraybuffer";
  const mine = socket;
  heardAt = Date.now();
  socket.onopen = () => { retry = 500; tell({ visible: visible() }); };
  socket.onmessage = (event) => {
    clearTimeout(doubt);
    heardAt = Date.now();
    if (typeof event.data === "string") happened(JSON.parse(event.data));
    else frame(event.data, mine);
  };
  socket.onclose = (event) => {
    if (socket !== mine) return;
    socket = null;
    if (event.code === 4401) { dispatchEvent(new Event("logged-out")); return; }
    if (!wanted) return;
    curtain("No connection", "Trying again…");
    if (visible() || event.code !== 4408) setTimeout(() => wanted && !socket && connect(), retry);
    retry = Math.min(5000, retry * 1.7);
  };
}

function tell(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

const visible = () => !document.hidden;

// After a sleep the connection may be dead without anybody having said so: ask, and give up soon.
document.addEventListener("visibilitychange", () => {
  if (!wanted) return;
  if (!visible()) { tell({ visible: false }); return; }
  if (!socket) { retry = 500; connect(); return; }
  tell({ visible: true });
  clearTimeout(doubt);
  const mine = socket;
  doubt = setTimeout(() => { if (socket === mine) anew(); }, DOUBT_MS);
});

// A laptop that was closed with this page in sight wakes up without a word.
setInterval(() => { if (wanted && socket && visible() && Date.now() - heardAt > SILENCE_MS) anew(); }, 2000);

function anew() {
  const old = socket;
  socket = null;
  old.close();
  connect();
}

async function frame(data, from) {
  const length = new DataView(data).getUint32(0);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  try {
    await stage.show(head, new Blob([new Uint8Array(data, 4 + length)], { type: "image/jpeg" }));
  } catch { /* a torn picture: the next one comes soon */ }
  if (from.readyState === WebSocket.OPEN) from.send(JSON.stringify({ shown: head.sequence }));
  newest = head;
  curtain(fault === "camera_lost" ? signal(fault).title : null, "It is being tried again.");
  light(fault || head.light);
  const now = performance.now();
  if (now - drawnAt > 90) {
    drawnAt = now;
    verdict(head);
    people(head.people);
    controls(head);
  }
}

function happened(event) {
  if (event.kind === "link") {
    if (event.connected) curtain("Waiting for the camera", "");
    else {
      curtain("The appliance is not running", "This page goes on by itself when it is.");
      light("off");
      idle();
    }
    listeners.link.forEach((one) => one(event.connected));
  } else if (event.kind === "fault") {
    fault = event.light;
    if (fault) light(fault);
    if (fault === "camera_lost") { curtain(signal(fault).title, "It is being tried again."); idle(); }
  } else if (event.kind === "photo") {
    photo(event.name);
  }
}

// Who has slept through many hears of them all at once: only the last one matters.
let arriving = 0;
function photo(name) {
  clearTimeout(arriving);
  arriving = setTimeout(() => {
    stage.flash();
    last(name);
    listeners.photo.forEach((one) => one(name));
  }, 30);
}

function idle() {
  newest = null;
  stage.clear();
  people([]);
  $("verdict").dataset.state = "idle";
  $("verdict").querySelector("strong").textContent = "–";
  $("verdict").querySelector("b").textContent = "";
  $("verdict").querySelector("div > span").textContent = "\u00a0";
  controls({ armed: false }, false);
}

function curtain(title, words) {
  const place = $("curtain");
  place.classList.toggle("up", !title);
  if (!title) return;
  const [strong, span] = [place.querySelector("strong"), place.querySelector("strong + span")];
  if (strong.textContent !== title) strong.textContent = title;
  if (span.textContent !== words) span.textContent = words;
}

function light(name) {
  const place = $("light");
  if (place.dataset.light === name) return;
  const { title, animation } = signal(name);
  place.dataset.light = name;
  place.dataset.pattern = animation;
  place.querySelector("span").textContent = title;
}

function verdict(head) {
  const { showing, needed, counted } = head;
  const place = $("verdict");
  place.dataset.state = !head.armed ? "off" : head.all_show ? "all" : counted ? "waiting" : "idle";
  place.querySelector("strong").textContent = head.title;
  place.querySelector("div > span").textContent = head.detail;
  place.querySelector(".ring b").textContent = counted ? `${showing}/${needed}` : "";
  place.querySelector(".part").style.strokeDashoffset = String(120 * (1 - (counted ? Math.min(1, showing / needed) : 0)));
  $("preview-verdict").textContent = `${head.title}. ${head.detail}.`;
  say(`${head.title}. ${head.detail}`);
}

// For screen readers: what changed, but not thirty times a second.
function say(text) {
  const now = performance.now();
  if (text === said || now - saidAt < 3000 || $("view-live").hidden) return;
  [said, saidAt] = [text, now];
  $("say").textContent = text;
}

// Everybody has a place for as long as they stay; one that becomes free waits for the next newcomer, so that
// nobody's card moves.
const places = [];

function people(list) {
  const here = new Set(list.map((one) => one.number));
  for (const place of places) if (!here.has(place.number)) place.number = null;
  for (const one of list) {
    let place = places.find((other) => other.number === one.number) || places.find((other) => other.number === null);
    if (!place) {
      places.push(place = makeCard());
      $("people").append(place.root);
    }
    if (place.number !== one.number) settle(place, one.number);
    update(place, one);
  }
  const used = places.findLastIndex((place) => place.number !== null);
  places.forEach((place, index) => {
    place.root.hidden = index > used;
    place.root.classList.toggle("free", place.number === null);
  });
  $("people").classList.toggle("crowd", list.length > 6);
  $("nobody").hidden = list.length > 0;
}

function settle(card, number) {
  card.number = number;
  card.badge.textContent = String(number);
  card.badge.style.background = personColour(number);
  card.list.setAttribute("aria-label", `Expressions of person ${number}`);
}

function makeCard() {
  const title = element("strong");
  const badge = element("b", { class: "number" });
  const mark = element("em");
  const bars = EXPRESSIONS.map((name) => {
    const fill = element("i");
    fill.style.background = COLOURS[name];
    const value = element("span");
    return { fill, value, row: element("li", {}, element("span", { text: NAMES[name] }), element("div", {}, fill), value) };
  });
  const list = element("ul", { class: "bars" }, ...bars.map((bar) => bar.row));
  const root = element("li", { class: "card person" }, element("div", { class: "who" }, badge, title, mark), list);
  return { number: null, root, badge, title, mark, bars, list };
}

function update(card, one) {
  const top = EXPRESSIONS.indexOf(one.expression);
  card.title.textContent = capital(NAMES[one.expression]);
  card.mark.textContent = !one.seen ? "away" : one.shows ? "ready" : "not yet";
  card.root.dataset.state = !one.seen ? "away" : one.shows ? "shows" : "waits";
  card.bars.forEach((bar, index) => {
    bar.fill.style.transform = `scaleX(${one.scores[index]})`;
    bar.value.textContent = percent(one.scores[index]);
    bar.row.classList.toggle("top", index === top);
  });
}

function controls(head, alive = true) {
  const arm = $("arm");
  arm.setAttribute("aria-checked", String(Boolean(head.armed)));
  arm.querySelector("span").textContent = head.armed ? "Armed" : "Disarmed";
  arm.disabled = $("shoot").disabled = !alive;
}

export function last(name) {
  const image = $("last").querySelector("img");
  image.src = `/thumbnails/${name}`;
  image.hidden = false;
  $("last").setAttribute("aria-label", "Photos. The last one is shown here");
}

$("arm").addEventListener("click", () => attempt(async () => {
  await request(`/api/do/${newest?.armed ? "disarm" : "arm"}`, { method: "POST" });
}));
$("shoot").addEventListener("click", () => attempt(async () => {
  await request("/api/do/shoot", { method: "POST" });
  toast("Say cheese");
}));
