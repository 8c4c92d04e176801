// What the page's JavaScript is made of, for tsc only: the server's answers, and the elements of index.html.

/** A person in a frame (appliance/feed/describe.py). `box` is x, y, width, height as shares of the picture. */
interface Person {
  number: number;
  box: [number, number, number, number];
  seen: boolean;
  counts: boolean;
  shows: boolean;
  too_far: boolean;
  expression: string;
  scores: number[];
}

interface Frame {
  sequence: number;
  armed: boolean;
  all_show: boolean;
  light: string;
  title: string;
  detail: string;
  showing: number;
  needed: number;
  counted: number;
  people: Person[];
}

type LiveEvent =
  | { kind: "link"; connected: boolean }
  | { kind: "fault"; light: string | null }
  | { kind: "photo" | "deleted" | "restored"; name: string }
  | { kind: "awake" };

/** A moment of /api/history; `time` in seconds of the wall clock, scores in the order of `expressions`. */
interface Sample {
  time: number;
  count: number;
  mean: number[];
  share: number[];
  people: Record<string, number[]>;
}

/** `day` is YYYYMMDD, `time` HHMMSS; width and height in pixels, null where the file is not a picture. */
interface ListedPhoto {
  name: string;
  time: string;
  day: string;
  width: number | null;
  height: number | null;
}

interface PhotoPage {
  total: number;
  next: number | null;
  days: { day: string; photos: Omit<ListedPhoto, "day">[] }[];
}

/** What the viewer shows, newest photo first. Nothing can be deleted without `remove`. */
interface Album {
  photos(): ListedPhoto[];
  address(name: string): string;
  small(name: string): string;
  words(photo: ListedPhoto): string;
  /** The picture in the list that the photo grows out of. */
  tile(name: string): HTMLElement | null;
  /** Whether it was deleted in this browser. */
  isMine(name: string): boolean;
  remove?(name: string): void;
  share?(name: string): void;
  /** Another photo is shown; so many are listed behind it. */
  turned(name: string, left: number): void;
  closed(): void;
}

interface ViewerItem {
  name: string;
  src: string;
  msrc: string;
  width: number;
  height: number;
  alt: string;
  thumbCropped: boolean;
}

/** What a guest may see: /api/guest/session. `until` in seconds since 1970; `photo` where it is only one. */
interface GuestSession {
  open: boolean;
  inside: boolean;
  photo: string | null;
  until: number | null;
}

/** What the owner hands to guests: /api/share. */
interface Share {
  on: boolean;
  link: string | null;
  code: string | null;
  until: number | null;
  wifi: { name: string; password: string } | null;
}

interface Setting {
  key: string;
  name: string;
  title: string;
  words: string;
  value: any;
  default: any;
  kind: "switch" | "whole" | "number" | "text" | "yaml" | "choice" | "several" | "who";
  choices: any[];
  /** Of "who": what there is beside everyone. */
  ways?: { key: string; choice: string; question: string; unit: string; start: number; times: number }[];
  least?: number;
  above?: number;
  most?: number;
  below?: number;
  fixed: boolean;
  overridden: boolean;
}

interface SettingsForm {
  file: string | null;
  undo: number;
  /** Keys of the settings that come first. */
  basics: string[];
  sections: { name: string; title: string; words: string; settings: Setting[] }[];
}

interface Stage {
  name: string;
  done: number;
  dropped: number;
  cpu_ms: number;
  wall_ms: number;
  slowest_ms: number;
}

/** What the camera granted; null where it does not tell. */
interface CameraFacts {
  model: string;
  mode: [number, number] | null;
  view_percent: [number, number] | null;
  cropped: boolean;
  angle: number | null;
  frame_rate: number | null;
  notes: string[];
}

interface Health {
  up: boolean;
  fault: string | null;
  appliance: { uptime?: number; stages?: Stage[]; camera?: CameraFacts | null; bin?: number | null };
  box: {
    temperature: number | null;
    heat: string | null;
    troubles: { kind: string; now: boolean }[] | null;
    throttled: string[] | null;
    free_mb: number | null;
    size_mb: number | null;
  };
  photos: number;
  page: { viewers: number; latency: Record<string, number | null> };
}

/** A part of the page that app.js shows. */
interface Part {
  enter(place?: string): void;
  leave(): void;
  /** The address names another place inside the part. */
  at?(place?: string): void;
  /** Photos have come or gone. */
  arrived?(): void;
}

/** What `element()` takes; a function is a listener, true an attribute without a value, false none. */
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: any) => void)>;

/** What is said beside a setting's control. */
interface ControlAttributes {
  id: string;
  "aria-describedby": string;
  disabled: boolean;
}

/** The elements of index.html that are more than an HTMLElement. */
interface PageElements {
  arm: HTMLButtonElement;
  shoot: HTMLButtonElement;
  undo: HTMLButtonElement;
  last: HTMLAnchorElement;
  password: HTMLInputElement;
  chart: HTMLCanvasElement;
  picture: HTMLCanvasElement;
  overlay: HTMLCanvasElement;
  qr: HTMLDialogElement;
  "qr-picture": HTMLImageElement;
}
