// The page that checks a certificate without us: it reads two files and says what it found.

import { readCertificate } from "./certificate.js";
import { fromBase64 } from "./der.js";
import { judge } from "./judge.js";
import { openSnapshot, Refused } from "./snapshot.js";

const pinned = JSON.parse(document.getElementById("pinned").textContent);
pinned.policy = readCertificate(fromBase64(pinned.leaves[0])).policies[0];
const LARGEST_SNAPSHOT = 64 * 1024 * 1024;
const TITLES = {
  original: ["good", "Dit certificaat is geldig", "This certificate is valid"],
  seal_only: ["told", "Dit bestand is echt", "This file is genuine"],
  unsure: ["later", "Alleen het register kan dit zeggen", "Only the register can tell"],
  altered: ["gone", "Dit bestand is veranderd", "This file has been changed"],
  unknown: ["later", "Dit kennen wij niet", "We do not know this"],
  revoked: ["gone", "Dit certificaat is ingetrokken", "This certificate has been revoked"],
  replaced: ["later", "Dit certificaat is vervangen", "This certificate has been replaced"],
  resealed: ["later", "Dit bestand is vervangen", "This file has been replaced"],
  expired: ["later", "Dit certificaat is verlopen", "This certificate has expired"],
  withdrawn: ["later", "Dit certificaat is teruggenomen", "This certificate has been withdrawn"],
  ask: ["later", "Vraag dit bij de academie na", "Ask the academy about this"],
  too_large: ["later", "Dit bestand is te groot", "This file is too large"],
  ended: ["later", "Dit certificaat is niet meer actief", "This certificate is no longer active"],
  refused: ["gone", "Deze momentopname kunnen wij niet gebruiken", "This snapshot cannot be used"],
  failed: ["later", "Dit apparaat kan niet controleren", "This device cannot check"],
};
const WORDS = {
  number: ["Nummer", "Number"],
  until: ["Geldig tot en met", "Valid until"],
  since: ["Telt niet meer sinds", "No longer counts since"],
  as_of: ["Register van", "Register as of"],
  old: [
    "Zoek een nieuwere momentopname als deze oud is.",
    "Look for a newer snapshot if this one is old.",
  ],
  badge_right: ["De digitale badge in het bestand klopt ook.", "The digital badge in the file is right too."],
  badge_wrong: ["De digitale badge in het bestand klopt niet.", "The digital badge in the file is not right."],
  badge_none: ["In dit bestand zit geen digitale badge.", "There is no digital badge in this file."],
  badge_key_not_known: [
    "De digitale badge is met een sleutel gemaakt die deze pagina niet kent.",
    "The digital badge was made with a key that this page does not know.",
  ],
  needs_snapshot: [
    "Dit bestand heeft een tijdstempel. Die kan deze pagina niet lezen. Kies ook een momentopname van het register.",
    "This file has a time stamp. This page cannot read it. Choose a snapshot of the register too.",
  ],
  failed: ["Probeer een nieuwere browser.", "Try a newer browser."],
};
const SIGNS = {
  good: "M20 6 9 17l-5-5",
  told: "M12 16v-5m0-4h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  later: "M12 8v5m0 4h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  gone: "M6 6l12 12M18 6 6 18",
};

function both(words) {
  const [nl, en] = words;
  return [["nl", nl], ["en", en]].map(([language, text]) => {
    const span = document.createElement("span");
    span.className = `in-${language}`;
    span.lang = language;
    span.textContent = text;
    return span;
  });
}

function element(name, ...content) {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}

function sign(tone) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  const looks = { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "2.4", "aria-hidden": "true" };
  for (const [name, value] of Object.entries(looks)) svg.setAttribute(name, value);
  path.setAttribute("d", SIGNS[tone]);
  svg.append(path);
  return svg;
}

function show(title, sentences, facts) {
  const [tone, ...words] = TITLES[title];
  const verdict = element("div", sign(tone), element("h2", ...both(words)));
  verdict.className = `verdict ${tone}`;
  const said = sentences.map((words) => element("p", ...both(words)));
  const rows = facts.flatMap(([word, values]) => [
    element("dt", ...both(WORDS[word])),
    element("dd", ...(Array.isArray(values) ? both(values) : [values])),
  ]);
  document.getElementById("answer").replaceChildren(verdict, ...said, ...(rows.length ? [element("dl", ...rows)] : []));
}

function day(text, hasTime) {
  const options = { dateStyle: "long", ...(hasTime ? { timeStyle: "short" } : { timeZone: "UTC" }) };
  return ["nl-NL", "en-GB"].map((language) => new Date(text).toLocaleString(language, options));
}

function today() {
  return new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/Amsterdam" });
}

async function readSnapshot() {
  const file = document.getElementById("register").files[0];
  if (!file) return null;
  if (file.size > LARGEST_SNAPSHOT) throw new Refused("too_large");
  return openSnapshot(await file.text(), pinned);
}

async function find(bytes, snapshot) {
  const asOf = snapshot ? new Date(snapshot.asOf).toLocaleDateString("sv-SE", { timeZone: "Europe/Amsterdam" }) : "";
  return judge(bytes, pinned, snapshot, asOf > today() ? asOf : today());
}

async function check() {
  const file = document.getElementById("paper").files[0];
  try {
    const snapshot = await readSnapshot();
    if (file) tell(await find(new Uint8Array(await file.slice(0, 2 * 1024 * 1024 + 1).arrayBuffer()), snapshot), snapshot);
  } catch (error) {
    if (error instanceof Refused) show("refused", [pinned.problems[error.message]], []);
    else show("failed", [WORDS.failed], []);
  }
}

function tell(found, snapshot) {
  const isOurs = found.seal && found.seal.intact;
  const sentences = found.reasons.map((code) => pinned.reasons[code] || WORDS[code]);
  if (isOurs && found.reasons[0] !== "badge_wrong") sentences.push(WORDS[`badge_${found.seal.badge}`]);
  if (snapshot) sentences.push(WORDS.old);
  const facts = [];
  if (found.number) facts.push(["number", found.number]);
  if (found.until) facts.push(["until", day(found.until)]);
  if (found.since && found.verdict !== "original") facts.push(["since", day(found.since)]);
  if (snapshot) facts.push(["as_of", day(snapshot.asOf, true)]);
  show(titleOf(found), sentences, facts);
}

// Where the reason says more than the verdict.
function titleOf(found) {
  const titles = {
    status_not_known: "seal_only",
    ended: "ended",
    resealed: "resealed",
    needs_snapshot: "unsure",
    needs_register: "unsure",
    seal_missing: "ask",
    key_lost: "ask",
    too_large: "too_large",
  };
  return titles[found.reasons[0]] || found.verdict;
}

function speak(language) {
  document.documentElement.lang = language;
  document.body.className = language;
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
    button.addEventListener("click", () => speak(button.dataset.language), { once: true });
  }
}

speak((navigator.language || "nl").startsWith("en") ? "en" : "nl");
document.getElementById("paper").addEventListener("change", check);
document.getElementById("register").addEventListener("change", check);

// For whoever checks many files at once, and for our own tests.
globalThis.controleer = async (paper, snapshot) => {
  try {
    const found = await find(fromBase64(paper), snapshot ? await openSnapshot(snapshot, pinned) : null);
    const { badge, problem } = found.seal || {};
    return { verdict: found.verdict, number: found.number, reasons: found.reasons, badge, problem };
  } catch (error) {
    if (error instanceof Refused) return { verdict: null, refused: error.message };
    throw error;
  }
};
