// The gallery, one photo large, deletion with a question, the QR code.

import { $, attempt, element, icon, request, toast } from "./page.js";

const PAGE = 60;
let next = 0;
let names = [];
let shown = -1;

export const enter = () => reload();
export function leave() {}

export const arrived = () => reload();

async function reload() {
  const count = Math.max(PAGE, Math.min(200, names.length));
  const page = await attempt(() => request(`/api/photos?start=0&count=${count}`));
  if (!page) return;
  names = [];
  $("days").replaceChildren();
  add(page);
}

function add(page) {
  $("photos-count").textContent = page.total === 0 ? "None yet" : page.total === 1 ? "1 photo" : `${page.total} photos`;
  $("all-photos").hidden = page.total === 0;
  next = page.next;
  $("more").hidden = next == null;
  if (!page.total) $("days").replaceChildren(nothing());
  for (const day of page.days) grid(day.day).append(...day.photos.map((photo) => tile(photo)));
}

function nothing() {
  return element("div", { class: "card nothing" }, icon("photos"), element("strong", { text: "No photos yet" }),
    element("p", { text: "They appear here the moment they are taken." }));
}

function grid(day) {
  let place = document.querySelector(`[data-day="${day}"]`);
  if (!place) {
    place = element("ul", { class: "grid", "data-day": day });
    const save = element("a", { class: "icon", href: `/photos.zip?day=${day}`, download: true, "aria-label": `Download the photos of ${dayWords(day)}` }, icon("down"));
    $("days").append(element("div", { class: "day" }, element("h2", { text: dayWords(day) }), save), place);
  }
  return place;
}

function dayWords(day) {
  const date = new Date(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6)));
  const today = new Date();
  today.setHours(0, 0, 0, 0);
  const days = Math.round((today - date) / 86400000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

const clock = (time) => `${time.slice(0, 2)}:${time.slice(2, 4)}`;

function tile(photo) {
  names.push(photo);
  const image = element("img", { src: `/thumbnails/${photo.name}`, alt: "", loading: "lazy", width: 400, height: 225 });
  image.addEventListener("error", () => image.classList.add("gone"));
  return element("li", {}, element("button", { class: "tile", "aria-label": `Photo of ${clock(photo.time)}`, onclick: () => open(photo.name) },
    image, element("span", { text: clock(photo.time) })));
}

function open(name) {
  shown = names.findIndex((one) => one.name === name);
  present();
  if (!$("viewer").open) $("viewer").showModal();
}

function present() {
  const photo = names[shown];
  $("viewer-picture").src = `/photos/${photo.name}`;
  $("viewer-picture").alt = `Photo of ${clock(photo.time)}`;
  $("viewer-name").textContent = `${dayWords(photo.name.split("-")[2])}, ${clock(photo.time)}`;
  $("viewer-save").href = `/photos/${photo.name}?download`;
  $("viewer-newer").disabled = shown === 0;
  $("viewer-older").disabled = shown === names.length - 1;
}

function step(by) {
  if (!names[shown + by]) return;
  shown += by;
  present();
}

async function remove() {
  const name = names[shown].name;
  $("confirm").returnValue = "";
  $("confirm").showModal();
  await new Promise((done) => $("confirm").addEventListener("close", done, { once: true }));
  if ($("confirm").returnValue !== "yes") return;
  const done = await attempt(() => request(`/photos/${name}`, { method: "DELETE" }));
  if (!done) return;
  toast("Photo deleted");
  $("viewer").close();
  await reload();
}

$("more").addEventListener("click", () => attempt(async () => add(await request(`/api/photos?start=${next}&count=${PAGE}`))));
$("viewer-close").addEventListener("click", () => $("viewer").close());
$("viewer-newer").addEventListener("click", () => step(-1));
$("viewer-older").addEventListener("click", () => step(1));
$("viewer-delete").addEventListener("click", remove);
$("viewer").addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});
$("viewer").addEventListener("click", (event) => { if (event.target === $("viewer")) $("viewer").close(); });
$("viewer").addEventListener("close", () => $("viewer-picture").removeAttribute("src"));
$("show-qr").addEventListener("click", () => {
  $("qr-picture").src = "/qr.svg";
  $("qr-address").textContent = location.origin;
  $("qr").showModal();
});
