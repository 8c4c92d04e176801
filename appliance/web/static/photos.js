// The gallery: photos by day, one of them large, deletion with undo, the QR code.

import { $, Refused, attempt, element, icon, message, request, toast } from "./page.js";
import * as share from "./share.js";
import { counted, text } from "./words.js";
import * as viewer from "./viewer.js";

const PAGE = 60;
const MOST = 200; // that the server gives at once
const AHEAD = 10; // this near to the end of the list, the viewer asks for more
const HASH = "#photos";
/** @type {ListedPhoto[]} */
let photos = []; // as listed, newest first
/** @type {PhotoPage | null} */
let last = null; // of the answers that they came in
let wanted = PAGE; // how many of them to list
/** @type {Map<string, HTMLElement>} */
const tiles = new Map();
let here = false;
/** @type {Promise<void> | null} */
let listing = null;
let again = false;
/** @type {string | null} */
let addressed = null; // the photo in the address
let entries = 0; // of the browser's history that are the viewer's
/** @type {Set<string>} */
const mine = new Set(); // deleted in this browser, or about to be
/** @type {{ name: string, until: number }[]} */
const undoable = [];

/** @type {Album} */
const album = {
  photos: () => photos,
  address: (name) => `/photos/${name}`,
  small: (name) => `/thumbnails/${name}`,
  words: (photo) => `${dayWords(photo.day)}, ${clock(photo.time)}`,
  tile: (name) => tiles.get(name)?.querySelector("img") ?? null,
  isMine: (name) => mine.has(name),
  remove,
  share: (name) => { share.show(name); },
  turned(name, left) {
    if (name !== addressed) history.replaceState(history.state, "", `${HASH}/${name}`);
    addressed = name;
    if (left < AHEAD && last?.next != null) more();
  },
  closed() {
    if (addressed === null) return; // by going back
    addressed = null;
    if (entries) { entries = 0; history.back(); }
    else history.replaceState(null, "", HASH);
  },
};

/** @param {string} [name] */
export async function enter(name) {
  here = true;
  await reload();
  at(name);
}

export function leave() {
  here = false;
  addressed = null;
  entries = 0;
  viewer.close();
}

export const arrived = () => { reload(); };

/**
 * Show the photo that the address names, or none.
 * @param {string} [name]
 */
export async function at(name) {
  if (!here || (name ?? null) === addressed) return;
  addressed = name ?? null;
  entries = 0;
  if (!name) { viewer.close(); return; }
  while (here && addressed === name && last?.next != null && !photos.some((one) => one.name === name)) {
    wanted = photos.length + MOST;
    await reload();
  }
  if (!here || addressed !== name || viewer.open(album, name)) return;
  toast(text("photo.gone"));
  addressed = null;
  history.replaceState(null, "", HASH);
}

/** @param {string} name */
function open(name) {
  history.pushState(null, "", `${HASH}/${name}`);
  addressed = name;
  entries = 1;
  viewer.open(album, name);
}

/** List anew: one call at a time, and once more where something has happened meanwhile. */
function reload() {
  again = true;
  listing ??= (async () => {
    while (again) {
      again = false;
      await list();
    }
  })().finally(() => { listing = null; });
  return listing;
}

// While the viewer is open, what came on top pushes nothing out at the bottom.
async function list() {
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
    if (!page) return;
    found.push(...page.days.flatMap((day) => day.photos.map((photo) => ({ ...photo, day: day.day }))));
    arrivals = viewer.shown() ? Math.max(0, found.findIndex((one) => known.has(one.name))) : 0;
  } while (page.next != null && found.length < wanted + arrivals);
  photos = found;
  last = page;
  wanted += arrivals;
  draw();
  const shown = viewer.shown();
  if (shown && !mine.has(shown) && !photos.some((one) => one.name === shown)) toast(text("photo.deleted.by_others"));
  viewer.follow();
}

function more() {
  if (photos.length >= wanted) wanted = photos.length + PAGE;
  return reload();
}

function draw() {
  const total = last?.total ?? 0;
  $("photos-count").textContent = photos.length ? counted("photos.count", total) : text("photos.none");
  $("all-photos").hidden = !photos.length;
  $("more").hidden = last?.next == null;
  const listed = new Set(photos.map((one) => one.name));
  for (const [name, made] of tiles) if (!listed.has(name)) { made.remove(); tiles.delete(name); }
  /** @type {Element[]} */
  const days = [];
  for (const day of new Set(photos.map((one) => one.day))) {
    const { head, grid } = place(day);
    days.push(head, grid);
    arrange(grid, photos.filter((one) => one.day === day).map(tile));
  }
  arrange($("days"), days.length ? days : [nothing()]);
}

/**
 * Make `children` the children of `parent`, and touch only what has changed: pictures that stay do not flicker.
 * @param {Element} parent
 * @param {Element[]} children
 */
function arrange(parent, children) {
  const stay = new Set(children);
  for (const child of [...parent.children]) if (!stay.has(child)) child.remove();
  children.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
}

function nothing() {
  return element("div", { class: "card nothing" }, icon("photos"), element("strong", { text: text("photos.empty.title") }),
    element("p", { text: text("photos.empty.text") }));
}

/** @param {string} day */
function place(day) {
  const words = dayWords(day);
  const grid = document.querySelector(`[data-day="${day}"]`) ?? element("ul", { class: "grid", "data-day": day });
  const head = grid.previousElementSibling ?? element("div", { class: "day" }, element("h2"),
    element("a", { class: "icon", href: `/photos.zip?day=${day}`, download: true, "aria-label": text("photos.day.download", { day: words }) }, icon("down")));
  /** @type {Element} */ (head.firstElementChild).textContent = words; // "Today" until midnight
  return { head, grid };
}

/** @param {string} day */
function dayWords(day) {
  const date = new Date(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6)));
  const today = new Date();
  today.setHours(0, 0, 0, 0);
  const days = Math.round((today.getTime() - date.getTime()) / 86400000);
  if (days === 0) return text("day.today");
  if (days === 1) return text("day.yesterday");
  return date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

/** @param {string} time */
const clock = (time) => `${time.slice(0, 2)}:${time.slice(2, 4)}`;

/** @param {ListedPhoto} photo */
function tile(photo) {
  let made = tiles.get(photo.name);
  if (!made) {
    const image = element("img", { src: album.small(photo.name), alt: "", loading: "lazy", width: 400, height: 225 });
    image.addEventListener("error", () => image.classList.add("gone"));
    made = element("li", {}, element("button", { class: "tile", "aria-label": text("photo.at", { time: clock(photo.time) }), onclick: () => open(photo.name) },
      image, element("span", { text: clock(photo.time) })));
    tiles.set(photo.name, made);
  }
  return made;
}

/** @param {string} name */
async function remove(name) {
  if (mine.has(name)) return;
  mine.add(name);
  try {
    const { undo_seconds } = await request(`/photos/${name}`, { method: "DELETE" });
    if (undo_seconds > 0) undoable.push({ name, until: Date.now() + 1000 * undo_seconds });
    else toast(text("photo.deleted.for_good"));
    offer();
  } catch (error) {
    mine.delete(name);
    await reload();
    if (photos.some((one) => one.name === name)) toast(message(error), { bad: true });
    else if (!(error instanceof Refused && error.status === 401)) toast(text("photo.deleted.by_others"));
    return;
  }
  await reload();
}

/** @type {HTMLElement | null} */
let offered = null;

/** Offer undo for what was deleted in the last minute, the last one first. */
function offer() {
  offered?.remove();
  const now = Date.now();
  undoable.splice(0, undoable.length, ...undoable.filter((one) => one.until > now));
  const newest = undoable[undoable.length - 1];
  if (!newest) return;
  offered = toast(counted("photo.deleted", undoable.length), {
    action: { text: text("undo"), run: () => { undo(newest.name); } }, seconds: (newest.until - now) / 1000,
  });
}

/** @param {string} name */
async function undo(name) {
  undoable.splice(0, undoable.length, ...undoable.filter((one) => one.name !== name));
  if (await attempt(() => request(`/photos/${name}/restore`, { method: "POST" }))) {
    mine.delete(name);
    toast(text("photo.restored"));
    await reload();
  }
  offer();
}

$("more").addEventListener("click", () => { wanted = photos.length + PAGE; reload(); });
$("show-share").addEventListener("click", () => share.show());
$("show-qr").addEventListener("click", () => {
  $("qr-picture").src = `/qr.svg?origin=${encodeURIComponent(location.origin)}`;
  $("qr-address").textContent = location.origin;
  $("qr").showModal();
});
