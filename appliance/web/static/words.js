// The words and colours of the page. Lights and expressions come from the appliance's own tables.

const vocabulary = await (await fetch("/static/vocabulary.json")).json();

const ofExpressions = (field) => Object.fromEntries(vocabulary.expressions.map((one) => [one.key, one[field]]));

export const EXPRESSIONS = vocabulary.expressions.map((one) => one.key);
export const NAMES = ofExpressions("name");
export const COLOURS = ofExpressions("colour");

const PEOPLE = ["#0072b2", "#d55e00", "#009e73", "#b8609a", "#b97d00", "#2f8fc4", "#5b6066"];
export const personColour = (number) => PEOPLE[(number - 1) % PEOPLE.length];

export const BOX = { shows: "#2fbf6b", waits: "#ffab1a", away: "#aeb4b0" };

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
export const percent = (share) => `${Math.round(100 * share)} %`;
export const spoken = (key) => capital(key.replaceAll("_", " "));

// What the light says: a title, and the animation it is drawn with. A newer appliance may say more.
export const signal = (name) => vocabulary.lights[name] || { title: spoken(name), animation: "on" };
