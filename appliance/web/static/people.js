// A card for each person in view, with a bar for each expression.

import { say } from "./say.js";
import { $, element } from "./page.js";
import { COLOURS, EXPRESSIONS, NAMES, capital, percent, personColour } from "./words.js";

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
  card.list.setAttribute("aria-label", say(`Expressions of person ${number}`));
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
  card.title.textContent = capital(NAMES[one.expression]);
  card.mark.textContent = say(!one.seen ? "away" : one.shows ? "ready" : "not yet");
  card.root.dataset.state = !one.seen ? "away" : one.shows ? "shows" : "waits";
  card.bars.forEach((bar, index) => {
    bar.fill.style.transform = `scaleX(${one.scores[index]})`;
    bar.value.textContent = percent(one.scores[index]);
    bar.row.classList.toggle("top", index === top);
  });
}
