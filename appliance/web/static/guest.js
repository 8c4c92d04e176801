// The guests' page: let in by the link's token (behind the #, which no server logs) or a code; photos to look at and save.

import { say } from "./say.js";
import { $, Refused, attempt, element, icon, message, request, within } from "./page.js";

const PAGE = 60;
const LOOK_MS = 20000; // guests get no live connection: the page asks for new photos while it is looked at
let wanted = PAGE;
let loads = 0;

/** @param {boolean} inside */
function show(inside) {
  $("enter").hidden = inside;
  $("gallery").hidden = !inside;
}

/** @param {{ link?: string, code?: string }} key */
async function enter(key) {
  $("enter-wrong").textContent = "";
  try {
    welcome(await request("/api/guest/enter", { method: "POST", body: key }));
  } catch (error) {
    show(false);
    $("enter-wrong").textContent = say(error instanceof Refused ? error.message : "The request failed");
  }
}

/** @param {GuestSession} session */
function welcome(session) {
  show(session.inside);
  if (!session.inside) {
    if (!session.open) $("enter-say").textContent = say("Guests are not let in at the moment. Ask whoever has set up the camera.");
    return;
  }
  $("gallery").classList.toggle("single", session.photo !== null);
  const until = new Date((session.until || 0) * 1000);
  $("until").textContent = say(`You can see this until ${until.toLocaleString([], { weekday: "long", hour: "2-digit", minute: "2-digit" })}.`);
  load();
}

async function load() {
  const mine = ++loads;
  /** @type {ListedPhoto[]} */
  const photos = [];
  /** @type {PhotoPage | null} */
  let page;
  do {
    const after = photos.length ? `&after=${photos[photos.length - 1].name}` : "";
    page = await attempt(() => request(`/api/guest/photos?count=${wanted - photos.length}${after}`));
    if (!page || mine !== loads) return;
    photos.push(...page.days.flatMap((day) => day.photos.map((photo) => ({ ...photo, day: day.day }))));
  } while (page.next != null && photos.length < wanted);
  list(photos, page);
}

/**
 * @param {ListedPhoto[]} photos
 * @param {PhotoPage} page
 */
function list(photos, page) {
  $("count").textContent = say(page.total === 1 ? "1 photo" : `${page.total} photos`);
  $("all").hidden = page.total < 2;
  $("nothing").hidden = page.total > 0;
  $("more").hidden = page.next == null;
  const names = photos.map((photo) => photo.name).join();
  if ($("grid").dataset.names === names) return; // nothing new: what is focused stays
  $("grid").dataset.names = names;
  $("grid").replaceChildren(...photos.map(tile));
}

/** @param {ListedPhoto} photo */
function tile(photo) {
  const time = `${photo.time.slice(0, 2)}:${photo.time.slice(2, 4)}`;
  const single = $("gallery").classList.contains("single");
  const image = element("img", { src: `/guest/${single ? "photos" : "thumbnails"}/${photo.name}`, alt: "", loading: "lazy" });
  image.addEventListener("error", () => image.classList.add("gone"));
  return element("li", {},
    element("a", { class: "tile", href: `/guest/photos/${photo.name}`, "aria-label": `Photo of ${time}` }, image, element("span", { text: time })),
    element("a", { class: "icon", href: `/guest/photos/${photo.name}?download`, download: true, "aria-label": `Save the photo of ${time}` }, icon("down")));
}

async function begin() {
  const token = location.hash.slice(1);
  if (token) {
    history.replaceState(null, "", location.pathname); // what is shown or shared of the address is not the key
    await enter({ link: token });
    return;
  }
  const session = await request("/api/guest/session").catch((error) => ({ error }));
  if ("error" in session) {
    show(false);
    $("enter-wrong").textContent = say(message(session.error));
  } else welcome(session);
}

within($("enter"), "form").addEventListener("submit", (event) => {
  event.preventDefault();
  enter({ code: /** @type {HTMLInputElement} */ ($("code")).value });
});
$("more").addEventListener("click", () => { wanted += PAGE; load(); });
addEventListener("logged-out", () => { show(false); $("enter-wrong").textContent = say("This link or code is no longer valid; ask for a new one"); });
addEventListener("hashchange", begin);
setInterval(() => { if (!$("gallery").hidden && document.visibilityState === "visible") load(); }, LOOK_MS);
document.addEventListener("visibilitychange", () => { if (!$("gallery").hidden && document.visibilityState === "visible") load(); });
begin();
