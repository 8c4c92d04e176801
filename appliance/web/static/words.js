// The words and colours of the page, in one place.

export const EXPRESSIONS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"];

export const NAMES = {
  angry: "angry", disgust: "disgusted", fear: "afraid", happy: "happy",
  sad: "sad", surprise: "surprised", neutral: "neutral",
};

// Told apart by people with colour blindness (Okabe & Ito 2008).
export const COLOURS = {
  angry: "#d55e00", disgust: "#009e73", fear: "#cc79a7", happy: "#f0b000",
  sad: "#3d7fd6", surprise: "#56b4e9", neutral: "#8b9096",
};

const PEOPLE = ["#0072b2", "#d55e00", "#009e73", "#b8609a", "#b97d00", "#2f8fc4", "#5b6066"];
export const personColour = (number) => PEOPLE[(number - 1) % PEOPLE.length];

export const BOX = { shows: "#2fbf6b", waits: "#ffab1a", away: "#aeb4b0" };

// What the light says: the pattern it blinks in, and the words.
export const LIGHTS = {
  off: ["off", "Off"],
  starting: ["off", "Starting"],
  booting: ["off", "Starting"],
  given_up: ["bad", "Cannot be started"],
  disarmed: ["blip", "Disarmed"],
  armed: ["slow", "Armed"],
  waiting: ["fast", "Waiting"],
  people: ["fast", "Waiting"],
  all: ["on", "Hold still"],
  photo: ["burst", "Photo taken"],
  saving: ["burst", "Saving"],
  recording: ["burst", "Recording"],
  card_nearly_full: ["slow", "Card nearly full"],
  storage_fault: ["bad", "Photos cannot be kept"],
  camera_lost: ["bad", "Camera lost"],
  lens_covered: ["bad", "Lens covered"],
  unwell: ["bad", "Too hot or under-powered"],
  config_bad: ["bad", "Settings not usable"],
  button_stuck: ["bad", "Button stuck"],
  exporting: ["slow", "Copying photos"],
  safe_to_unplug: ["on", "Safe to unplug"],
  let_go: ["on", "Let go of the button"],
  powering_off: ["off", "Powering off"],
};

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
export const percent = (share) => `${Math.round(100 * share)} %`;
export const spoken = (key) => capital(key.replaceAll("_", " "));
