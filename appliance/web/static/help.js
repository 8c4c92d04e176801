// What the light says, and where to look further.

import { $, element } from "./page.js";
import { SIGNALS, capital, text } from "./words.js";

const TOPICS = ["photos", "settings", "trouble"];

export function enter() {
  if ($("lights").children.length) return;
  $("lights").append(...SIGNALS.map((one) => element("li", { "data-pattern": one.animation },
    element("i", { class: "led", "aria-hidden": "true" }),
    element("div", {}, element("strong", { text: one.title }), element("span", { text: one.seen }), element("p", { text: capital(one.meaning) })))));
  $("topics").append(...TOPICS.map((topic) => element("div", { class: "card topic" },
    element("h2", { text: text(`help.${topic}.title`) }), element("p", { text: text(`help.${topic}.text`) }))));
}

export function leave() {}
