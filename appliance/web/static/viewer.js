// One photo large, by PhotoSwipe. A photo is known by its name: places in the list change as photos come and go.

import PhotoSwipe from "/static/photoswipe/photoswipe.esm.min.js";
import { $, element, icon } from "./page.js";
import { text } from "./words.js";

const REST_MS = 500; // after a change of photo, before it can be deleted: the finger may have meant the one before
const SETTLE_MS = 80;
const UNKNOWN = { width: 1600, height: 900 }; // of a file that is not a picture

/** @type {PhotoSwipe | null} */
let pswp = null;
/** @type {Album | null} */
let album = null;
/** @type {ViewerItem[]} */
let items = []; // as PhotoSwipe counts them: the album as it was when they were last compared
let shownName = "";
let changedAt = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

document.head.append(element("link", { rel: "stylesheet", href: "/static/photoswipe/photoswipe.css" }));

/** The name of the photo that is shown, null where none is. */
export const shown = () => (pswp && !pswp.isDestroying ? shownName : null);

/**
 * Show the photo called `name` of `from`, and tell whether it is there.
 * @param {Album} from
 * @param {string} name
 */
export function open(from, name) {
  pswp?.destroy();
  album = from;
  items = from.photos().map(item);
  const index = items.findIndex((one) => one.name === name);
  if (index < 0) return false;
  const made = new PhotoSwipe({
    dataSource: items, index, loop: false, mainClass: "viewer", bgOpacity: 1, preload: [1, 2], counter: false,
    errorMsg: text("viewer.unreadable"), closeTitle: text("viewer.close"), zoomTitle: text("viewer.zoom"),
    arrowPrevTitle: text("viewer.newer"), arrowNextTitle: text("viewer.older"),
    closeSVG: drawn("close"), arrowPrevSVG: drawn("left"), arrowNextSVG: drawn("right"), zoomSVG: drawn("zoom"),
  });
  pswp = made;
  made.addFilter("thumbEl", (_, data) => /** @type {HTMLElement} */ (from.tile(data.name)));
  made.addFilter("placeholderSrc", (_, content) => content.data.msrc ?? false);
  made.on("uiRegister", () => register(made, from));
  made.on("change", () => changed(made, from));
  made.on("close", () => { clearTimeout(waiting); from.closed(); });
  made.on("keydown", (event) => { if (document.querySelector("dialog[open]")) event.preventDefault(); });
  made.on("destroy", () => { document.body.append(...inside()); if (pswp === made) pswp = null; });
  made.init();
  made.element?.setAttribute("aria-label", text("viewer"));
  made.element?.setAttribute("aria-modal", "true");
  made.element?.append(...inside());
  return true;
}

export function close() {
  pswp?.close();
}

/** What must be within reach of the keyboard, which stays inside the viewer: what is said, and dialogs. */
const inside = () => [$("toasts"), ...document.querySelectorAll("dialog")];

/** @param {ListedPhoto} photo @returns {ViewerItem} */
function item(photo) {
  const about = /** @type {Album} */ (album);
  return {
    name: photo.name, src: about.address(photo.name), msrc: about.small(photo.name), thumbCropped: true,
    width: photo.width ?? UNKNOWN.width, height: photo.height ?? UNKNOWN.height, alt: about.words(photo),
  };
}

/** @param {string} name */
const drawn = (name) => icon(name).outerHTML;

/**
 * @param {PhotoSwipe} made
 * @param {Album} from
 */
function register(made, from) {
  made.ui?.registerElement({ name: "title", order: 5, appendTo: "bar", onInit: (place) => {
    made.on("change", () => { place.textContent = made.currSlide?.data.alt ?? ""; });
  } });
  made.ui?.registerElement({ name: "save", tagName: "a", order: 7, isButton: true, ariaLabel: text("viewer.download"), title: text("viewer.download"), html: drawn("down"), onInit: (link) => {
    link.setAttribute("download", "");
    made.on("change", () => link.setAttribute("href", `${made.currSlide?.data.src}?download`));
  } });
  if (from.share) made.ui?.registerElement({ name: "share", order: 7, isButton: true, ariaLabel: text("viewer.share"), title: text("viewer.share"), html: drawn("qr"), onClick: () => {
    from.share?.(shownName);
  } });
  if (!from.remove) return;
  made.ui?.registerElement({ name: "delete", order: 8, isButton: true, ariaLabel: text("viewer.delete"), title: text("viewer.delete"), html: drawn("bin"), onClick: () => {
    if (!moves(made) && performance.now() - changedAt > REST_MS) from.remove?.(shownName);
  } });
}

/**
 * @param {PhotoSwipe} made
 * @param {Album} from
 */
function changed(made, from) {
  const name = made.currSlide?.data.name ?? "";
  if (name !== shownName) changedAt = performance.now();
  shownName = name;
  from.turned(name, items.length - 1 - made.currIndex);
}

/**
 * Whether a finger or an animation is between two photos, or the viewer is about to open.
 * @param {PhotoSwipe} made
 */
const moves = (made) => !made.opener.isOpen || made.gestures.isDragging || made.gestures.isMultitouch
  || made.potentialIndex !== made.currIndex || made.mainScroll.isShifted();

/** The album has changed: keep what is shown, and renew what is beside it. */
export function follow() {
  clearTimeout(waiting);
  if (!pswp || pswp.isDestroying) return;
  if (moves(pswp)) { waiting = setTimeout(follow, SETTLE_MS); return; }
  const from = /** @type {Album} */ (album);
  const next = from.photos().map(item);
  const name = next.some((one) => one.name === shownName) ? shownName : from.isMine(shownName) ? neighbour(next) : null;
  if (name === null) { pswp.close(); return; }
  recount(pswp, next, name);
}

/**
 * The photo to go on with after the shown one was deleted here: the next older, else the next newer.
 * @param {ViewerItem[]} next
 */
function neighbour(next) {
  const there = new Set(next.map((one) => one.name));
  const at = items.findIndex((one) => one.name === shownName);
  const older = items.slice(at + 1).find((one) => there.has(one.name));
  const newer = items.slice(0, at).reverse().find((one) => there.has(one.name));
  return (older ?? newer)?.name ?? null;
}

/**
 * Give PhotoSwipe the new list with `name` shown. It finds slides and pictures by their place, so these are moved
 * to their new places; the slide that is shown stays as it is, zoomed or not.
 * @param {PhotoSwipe} made
 * @param {ViewerItem[]} next
 * @param {string} name
 */
function recount(made, next, name) {
  const places = new Map(next.map((one, place) => [one.name, place]));
  const loader = made.contentLoader;
  const contents = items.map((_, place) => loader.getContentByIndex(place)).filter((one) => one !== undefined);
  for (const content of contents) loader.removeByIndex(content.index);
  items = next;
  made.options.dataSource = next;
  made.currIndex = made.potentialIndex = /** @type {number} */ (places.get(name));
  for (const content of contents) {
    const place = places.get(content.data.name);
    if (place !== undefined) {
      content.index = place;
      loader.addToCache(content);
    } else if (!content.hasSlide) content.destroy();
  }
  const holders = made.mainScroll.itemHolders;
  /** @param {number} at */
  const placeOf = (at) => made.currIndex - 1 + at;
  holders.forEach((holder, at) => { // first all that go: a new slide may take over the picture of an old one
    if (!holder.slide) return;
    if (holder.slide.data.name === next[placeOf(at)]?.name) { holder.slide.index = placeOf(at); return; }
    holder.slide.destroy();
    holder.slide = undefined;
  });
  for (const [at, holder] of holders.entries()) made.setContent(holder, placeOf(at));
  made.currSlide = made.mainScroll.itemHolders[1].slide;
  made.currSlide?.setIsActive(true);
  made.appendHeavy();
  loader.updateLazy();
  made.dispatch("change");
}
