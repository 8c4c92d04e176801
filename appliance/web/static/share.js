// What the owner hands to guests: QR code, link and code, to all of today's photos or to one.

import { say } from "./say.js";
import { $, attempt, request } from "./page.js";

const dialog = () => /** @type {HTMLDialogElement} */ ($("share"));

/**
 * Show the QR code for guests.
 * @param {string | null} photo the name of the only photo that they may see
 */
export async function show(photo = null) {
  const query = new URLSearchParams({ origin: location.origin, ...(photo ? { photo } : {}) });
  const found = /** @type {Share | null} */ (await attempt(() => request(`/api/share?${query}`)));
  if (!found) return;
  $("share-title").textContent = say(photo ? "This photo for a guest" : "Photos for guests");
  $("share-wifi").hidden = $("share-wifi-say").hidden = !found.wifi;
  if (found.wifi) {
    /** @type {HTMLImageElement} */ ($("share-wifi")).src = "/wifi.svg";
    $("share-wifi-say").textContent = say(`First the Wi-Fi ${found.wifi.name}, password ${found.wifi.password}:`);
  }
  $("share-note").hidden = photo !== null;
  $("share-note").setAttribute("href", `/note.svg?${query}`);
  $("share-picture").hidden = !found.on;
  $("share-link").hidden = !found.on;
  $("share-code").hidden = !found.on || !found.code;
  if (found.on) {
    /** @type {HTMLImageElement} */ ($("share-picture")).src = `/share.svg?${query}`;
    $("share-link").textContent = found.link || "";
    $("share-code").textContent = say(`Code: ${found.code}`);
  }
  $("share-say").textContent = say(explained(found, photo));
  dialog().showModal();
}

/**
 * @param {Share} found
 * @param {string | null} photo
 */
function explained(found, photo) {
  if (!found.on) return "Guests are not let in. On the Pi: sudo smart-selfie web guests on";
  const until = new Date((found.until || 0) * 1000).toLocaleString([], { weekday: "long", hour: "2-digit", minute: "2-digit" });
  return photo ? `Shows this photo and no other, until ${until}.` : `Shows and saves today's photos, nothing else, until ${until}.`;
}
