// The verdict on a file, by the same rules and in the same order as certificates/rules/verdict.py.

import { needOurCredential } from "./credential.js";
import { fromBase64, NotIntact, sha256, toHex } from "./der.js";
import { latin, readInside } from "./pdf.js";
import { carriesSeal, readSeal } from "./seal.js";

export const LARGEST_FILE = 2 * 1024 * 1024;

// `pinned`: rootFingerprint, policy, leaves (base64), badgeKeys. `snapshot`: from openSnapshot, or null.
export async function judge(bytes, pinned, snapshot, today) {
  if (bytes.length > LARGEST_FILE) return said("unknown", "too_large");
  const entry = snapshot ? snapshot.bySha256.get(toHex(await sha256(bytes))) : undefined;
  const seal = await sealOf(bytes, pinned, snapshot);
  if (entry && seal.intact) return { ...standing(entry, today), seal };
  if (entry) return { ...said("unknown", "seal_missing"), seal };
  if (seal.intact && seal.isStamped && !snapshot) return { ...said("unknown", "needs_snapshot"), seal };
  if (seal.intact && !snapshot) return { ...said("original", "status_not_known", seal.number || null), seal };
  if (seal.intact) return { ...said("unknown", "not_in_snapshot"), seal };
  return { ...said(...(seal.carries ? ["altered", "altered"] : ["unknown", "not_ours"])), seal };
}

function said(verdict, reason, number = null) {
  return { verdict, number, reasons: [reason] };
}

function standing(entry, today) {
  if (entry.key_lost) return said("unknown", "key_lost");
  const isExpired = entry.valid_until !== null && today > entry.valid_until;
  const states = { issued: isExpired ? "expired" : "original", ended: "withdrawn" };
  const verdict = states[entry.state] || entry.state;
  const reasons = [entry.state === "ended" ? "ended" : verdict];
  if (entry.renewed_by && entry.state === "issued") reasons.push("renewed");
  return { verdict, number: entry.number, reasons, until: entry.valid_until, since: entry.since };
}

async function sealOf(bytes, pinned, snapshot) {
  const text = latin(bytes);
  const none = { intact: false, carries: false, problem: "not_a_pdf" };
  if (!text.startsWith("%PDF-")) return none;
  const leaves = [...pinned.leaves.map(fromBase64), ...(snapshot ? snapshot.leaves : [])];
  try {
    const trusted = { ...pinned, leaves: snapshot ? snapshot.keyIds : null };
    const { keyId, isStamped } = await readSeal(bytes, text, trusted);
    const { number, credential } = await readInside(bytes, text);
    const badge = credential === null ? "none" : await needOurCredential(credential, number, pinned.badgeKeys);
    return { intact: true, carries: true, keyId, isStamped, number, badge };
  } catch (error) {
    const problem = error instanceof NotIntact ? error.message : error.name;
    return { intact: false, carries: carriesSeal(text, leaves), problem };
  }
}
