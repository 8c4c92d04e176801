// The gallery, one photo large, deletion with a question, the QR code.

import * as share from "./share.js";
import { $, attempt, element, icon, request, toast } from "./page.js";

const PAGE = 60;
const MOST = 200; // that the server gives at once
/** @type {ListedPhoto[]} */
let photos = []; // as listed, newest first
let wanted = PAGE; // how many of them to list
let loads = 0;
// A photo is known by its name: places in the list change as photos come and go.
/** @type {string | null} */
let shown = null; // in the viewer
/** @type {string | null} */
let removing = null;

export const enter = () => reload();
export function leave() {}

export const arrived = () => reload();

// List anew. While the viewer is open, what came on top pushes nothing out at the bottom.
async function reload() {
  const mine = ++loads;
  const known = new Set(photos.map((one) => one.name));
  /** @type {ListedPhoto[]} */
  const found = [];
  /** @type {PhotoPage | null} */
  let page;
  let arrivals = 0;
  do {
    const after = found.length ? `&after=${found[found.length - 1].name}` : "";
    const count = Math.min(MOST, wanted + arrivals - found.length);
    page = await attempt(() => request(`/api/photos?count=${count}${after}`));
    if (!page || mine !== loads) return; // a later call lists what is there now
    found.push(...page.days.flatMap((day) => day.photos.map((photo) => ({ ...photo, day: day.day }))));
    arrivals = shown ? Math.max(0, found.findIndex((one) => known.has(one.name))) : 0;
  } while (page.next != null && found.length < wanted + arrivals);
  photos = found;
  wanted += arrivals;
  list(page);
  if (shown) follow();
}

/** @param {PhotoPage} page */
function list(page) {
  $("photos-count").textContent = !photos.length ? "None yet" : page.total === 1 ? "1 photo" : `${page.total} photos`;
  $("all-photos").hidden = !photos.length;
  $("more").hidden = page.next == null;
  $("days").replaceChildren();
  if (!photos.length) $("days").replaceChildren(nothing());
  for (const photo of photos) grid(photo.day).append(tile(photo));
}

function nothing() {
  return element("div", { class: "card nothing" }, icon("photos"), element("strong", { text: "No photos yet" }),
    element("p", { text: "They appear here the moment they are taken." }));
}

/** @param {string} day */
function grid(day) {
  let tiles = document.querySelector(`[data-day="${day}"]`);
  if (!tiles) {
    tiles = element("ul", { class: "grid", "data-day": day });
    const save = element("a", { class: "icon", href: `/photos.zip?day=${day}`, download: true, "aria-label": `Download the photos of ${dayWords(day)}` }, icon("down"));
    $("days").append(element("div", { class: "day" }, element("h2", { text: dayWords(day) }), save), tiles);
  }
  return tiles;
}

/** @param {string} day */
function dayWords(day) {
  const date = new Date(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6)));
  const today = new Date();
  today.setHours(0, 0, 0, 0);
  const days = Math.round((today.getTime() - date.getTime()) / 86400000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

/** @param {string} time */
const clock = (time) => `${time.slice(0, 2)}:${time.slice(2, 4)}`;

/** @param {ListedPhoto} photo */
function tile(photo) {
  const image = element("img", { src: `/thumbnails/${photo.name}`, alt: "", loading: "lazy", width: 400, height: 225 });
  image.addEventListener("error", () => image.classList.add("gone"));
  return element("li", {}, element("button", { class: "tile", "aria-label": `Photo of ${clock(photo.time)}`, onclick: () => open(photo.name) },
    image, element("span", { text: clock(photo.time) })));
}

/** @param {string} name */
function open(name) {
  present(name);
  if (!$("viewer").open) $("viewer").showModal();
}

const place = () => photos.findIndex((one) => one.name === shown);

/** @param {string} name */
function present(name) {
  shown = name;
  const photo = photos[place()];
  $("viewer-picture").src = `/photos/${photo.name}`;
  $("viewer-picture").alt = `Photo of ${clock(photo.time)}`;
  $("viewer-name").textContent = `${dayWords(photo.day)}, ${clock(photo.time)}`;
  $("viewer-save").href = `/photos/${photo.name}?download`;
  sides();
}

function sides() {
  $("viewer-newer").disabled = !photos[place() - 1];
  $("viewer-older").disabled = !photos[place() + 1];
}

/** @param {number} by */
function step(by) {
  const next = photos[place() + by];
  if (next) present(next.name);
}

// The list is a new one: the viewer stays with its photo, unless somebody else has deleted it.
function follow() {
  if (place() >= 0) { sides(); return; }
  if (shown !== removing) toast("That photo was deleted");
  $("viewer").close();
}

async function remove() {
  const name = shown;
  $("confirm").returnValue = "";
  $("confirm").showModal();
  await new Promise((done) => $("confirm").addEventListener("close", done, { once: true }));
  if ($("confirm").returnValue !== "yes") return;
  removing = name;
  const done = await attempt(() => request(`/photos/${name}`, { method: "DELETE" }));
  removing = null;
  if (!done) return;
  toast("Photo deleted");
  $("viewer").close();
  await reload();
}

$("more").addEventListener("click", () => { wanted = photos.length + PAGE; reload(); });
$("viewer-close").addEventListener("click", () => $("viewer").close());
$("viewer-newer").addEventListener("click", () => step(-1));
$("viewer-older").addEventListener("click", () => step(1));
$("viewer-delete").addEventListener("click", remove);
$("viewer").addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});
$("viewer").addEventListener("click", (event) => { if (event.target === $("viewer")) $("viewer").close(); });
$("viewer").addEventListener("close", () => { shown = null; $("viewer-picture").removeAttribute("src"); });
$("show-share").addEventListener("click", () => share.show());
$("show-qr").addEventListener("click", () => {
  $("qr-picture").src = `/qr.svg?origin=${encodeURIComponent(location.origin)}`;
  $("qr-address").textContent = location.origin;
  $("qr").showModal();
});
