// The words and colours of the page. Lights and expressions come from the appliance's own tables.

import { say } from "./say.js";

/** @typedef {{ title: string, animation: string, seen: string, meaning: string }} Signal */
/** @type {{ lights: Record<string, Signal>, expressions: { key: string, name: string, colour: string }[], words: Record<string, string> }} */
const vocabulary = await (await fetch("/static/vocabulary.json")).json();

/**
 * The words called `key`, with `values` in their places.
 * @param {string} key
 * @param {Record<string, string | number>} values
 */
export const text = (key, values = {}) => say((vocabulary.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name])));

/**
 * @param {string} key
 * @param {number} n
 */
export const counted = (key, n) => text(`${key}.${n === 1 ? "one" : "other"}`, { n });

/**
 * @param {"name" | "colour"} field
 * @returns {Record<string, string>}
 */
const ofExpressions = (field) => Object.fromEntries(vocabulary.expressions.map((one) => [one.key, one[field]]));

/** What the light can say, in the order of its table. */
export const SIGNALS = Object.values(vocabulary.lights);
export const EXPRESSIONS = vocabulary.expressions.map((one) => one.key);
export const NAMES = ofExpressions("name");
export const COLOURS = ofExpressions("colour");

const PEOPLE = ["#0072b2", "#d55e00", "#009e73", "#b8609a", "#b97d00", "#2f8fc4", "#5b6066"];
/** @param {number} number */
export const personColour = (number) => PEOPLE[(number - 1) % PEOPLE.length];

export const BOX = { shows: "#2fbf6b", waits: "#ffab1a", away: "#aeb4b0" };

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
/** @param {number} share */
export const percent = (share) => `${Math.round(100 * share)} %`;
/** @param {string} key */
export const spoken = (key) => capital(key.replaceAll("_", " "));

/**
 * What the light says: a title, and the animation it is drawn with. A newer appliance may say more.
 * @param {string} name
 */
export const signal = (name) => vocabulary.lights[name] || { title: spoken(name), animation: "on" };
