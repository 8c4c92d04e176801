// A card for each person in view, with a bar for each expression.

import { $, element, put } from "./page.js";
import { COLOURS, EXPRESSIONS, NAMES, capital, percent, personColour, text } from "./words.js";

// Everybody has a place for as long as they stay; one that becomes free waits for the next newcomer, so that
// nobody's card moves.
/** @type {ReturnType<typeof makeCard>[]} */
const places = [];

/** @param {Person[]} list */
export function people(list) {
  const here = new Set(list.map((one) => one.number));
  for (const place of places) if (place.number !== null && !here.has(place.number)) place.number = null;
  for (const one of list) {
    let place = places.find((other) => other.number === one.number) || places.find((other) => other.number === null);
    if (!place) {
      place = makeCard();
      places.push(place);
      $("people").append(place.root);
    }
    if (place.number !== one.number) settle(place, one.number);
    update(place, one);
  }
  const used = places.map((place) => place.number !== null).lastIndexOf(true);
  places.forEach((place, index) => {
    place.root.hidden = index > used;
    place.root.classList.toggle("free", place.number === null);
  });
  $("people").classList.toggle("crowd", list.length > 6);
  $("nobody").hidden = list.length > 0;
}

/**
 * @param {ReturnType<typeof makeCard>} card
 * @param {number} number
 */
function settle(card, number) {
  card.number = number;
  card.badge.textContent = String(number);
  card.badge.style.background = personColour(number);
  card.list.setAttribute("aria-label", text("person.expressions", { n: number }));
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
  return { number: /** @type {number | null} */ (null), root, badge, title, mark, bars, list };
}

/**
 * @param {ReturnType<typeof makeCard>} card
 * @param {Person} one
 */
function update(card, one) {
  const top = EXPRESSIONS.indexOf(one.expression);
  const state = !one.seen ? "away" : one.shows ? "shows" : "waits";
  put(card.title, capital(NAMES[one.expression]));
  put(card.mark, text(`person.${state}`));
  if (card.root.dataset.state !== state) card.root.dataset.state = state;
  card.bars.forEach((bar, index) => {
    const words = percent(one.scores[index]);
    if (bar.value.textContent !== words) {
      bar.value.textContent = words;
      bar.fill.style.transform = `scaleX(${one.scores[index]})`;
    }
    bar.row.classList.toggle("top", index === top);
  });
}
