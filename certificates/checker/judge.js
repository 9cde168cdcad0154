// The verdict on a file, by the same rules and in the same order as certificates/rules/verdict.py.

import { needOurCredential } from "./credential.js";
import { fromBase64, NotIntact, sha256, toHex } from "./der.js";
import { latin, readInside } from "./pdf.js";
import { carriesSeal, readSeal } from "./seal.js";

export const LARGEST_FILE = 2 * 1024 * 1024;

// `pinned`: rootFingerprint, policy, leaves and chains (base64), badgeKeys, lostKeys. `snapshot`: from
// openSnapshot, or null.
export async function judge(bytes, pinned, snapshot, today) {
  if (bytes.length > LARGEST_FILE) return said("unknown", "too_large");
  const entry = snapshot ? snapshot.bySha256.get(toHex(await sha256(bytes))) : undefined;
  const seal = await sealOf(bytes, pinned, snapshot);
  if (entry && seal.intact) return { ...standing(entry, today), seal };
  if (entry) return { ...said("unknown", "seal_missing"), seal };
  if (seal.intact) return { ...bySeal(seal, pinned, snapshot), seal };
  return { ...said(...(seal.carries ? ["altered", "altered"] : ["unknown", "not_ours"])), seal };
}

// No register vouches for this file.
function bySeal(seal, pinned, snapshot) {
  const lost = [...pinned.lostKeys, ...(snapshot ? snapshot.lostKeys : [])];
  const stolen = lost.includes(seal.keyId) ? ["key_stolen"] : [];
  if (snapshot) return said("unknown", ...stolen, "not_in_snapshot");
  if (stolen.length) return said("unknown", ...stolen, "needs_register");
  if (seal.isStamped) return said("unknown", "needs_snapshot");
  if (!seal.isSure) return said("unknown", "needs_register");
  if (seal.badge === "wrong") return said("unknown", "badge_wrong");
  return { ...said("original", "status_not_known"), number: seal.number || null };
}

function said(verdict, ...reasons) {
  return { verdict, number: null, reasons };
}

function standing(entry, today) {
  if (entry.key_lost && !entry.resealed) return said("unknown", "key_lost");
  const isExpired = entry.valid_until !== null && today > entry.valid_until;
  const states = { issued: isExpired ? "expired" : "original", ended: "withdrawn" };
  const verdict = states[entry.state] || entry.state;
  if (entry.key_lost && entry.state === "issued") return { ...said("replaced", "resealed"), number: entry.number };
  const reasons = [entry.state === "ended" ? "ended" : verdict];
  if (entry.renewed_by && entry.state === "issued") reasons.push("renewed");
  if (entry.resealed && entry.state === "issued") reasons.push("newer_seal");
  return { verdict, number: entry.number, reasons, until: entry.valid_until, since: entry.since };
}

async function sealOf(bytes, pinned, snapshot) {
  const text = latin(bytes);
  const none = { intact: false, carries: false, problem: "not_a_pdf" };
  if (!text.startsWith("%PDF-")) return none;
  const chains = [...pinned.chains, ...(snapshot ? snapshot.chains : [])];
  const outside = chains.map((chain) => fromBase64(chain[0]));
  const leaves = [...pinned.leaves.map(fromBase64), ...outside, ...(snapshot ? snapshot.leaves : [])];
  try {
    const trusted = { ...pinned, chains, leaves: snapshot ? snapshot.keyIds : null };
    const read = await readSeal(bytes, text, trusted);
    const { number, credential } = await readInside(bytes, text);
    return { intact: true, carries: true, ...read, number, ...(await badgeOf(credential, number, pinned)) };
  } catch (error) {
    return { intact: false, carries: carriesSeal(text, leaves), problem: problemOf(error) };
  }
}

async function badgeOf(credential, number, pinned) {
  if (credential === null) return { badge: "none" };
  try {
    return { badge: await needOurCredential(credential, number, pinned.badgeKeys) };
  } catch (error) {
    return { badge: "wrong", problem: problemOf(error) };
  }
}

function problemOf(error) {
  return error instanceof NotIntact ? error.message : error.name;
}
