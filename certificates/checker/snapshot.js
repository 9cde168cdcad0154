// A snapshot of the register: believed when a leaf of our root signed its canonical bytes.
// It mirrors certificates/rules/snapshot.py and certificates/adapters/snapshot.py.

import { keyId, needOurLeaf, readCertificate, verifies } from "./certificate.js";
import { fromBase64, sha256, toHex } from "./der.js";

const STATES = ["issued", "revoked", "replaced", "withdrawn", "ended"];

export class Refused extends Error {}

export async function openSnapshot(text, pinned) {
  const envelope = parse(text);
  const { register, signature } = envelope;
  const root = attempt("unreadable", () => fromBase64(register.root));
  if (toHex(await sha256(root)) !== pinned.rootFingerprint) throw new Refused("another_root");
  try {
    await needSigned(register, signature, root, pinned);
  } catch {
    throw new Refused("bad_signature");
  }
  return {
    asOf: register.as_of,
    leaves: register.leaves.map((leaf) => fromBase64(leaf.certificate)),
    chains: register.chains || [],
    keyIds: new Set(register.leaves.map((leaf) => leaf.key_id)),
    lostKeys: register.leaves.filter((leaf) => leaf.compromised_at).map((leaf) => leaf.key_id),
    bySha256: new Map(register.certificates.map((one) => [one.sha256, one])),
  };
}

function parse(text) {
  const envelope = attempt("unreadable", () => JSON.parse(text));
  attempt("unreadable", () => [envelope.register.leaves.length, envelope.signature.value.length]);
  if (envelope.format !== "academy-register/1") throw new Refused("another_version");
  if (envelope.signature.algorithm !== "ecdsa-p256-sha256") throw new Refused("another_version");
  attempt("unreadable", () => {
    if (Number.isNaN(Date.parse(envelope.register.as_of))) throw new Error("as_of");
    for (const one of envelope.register.certificates) {
      if (!STATES.includes(one.state) || !/^[0-9a-f]{64}$/.test(one.sha256)) throw new Error("row");
    }
  });
  return envelope;
}

function attempt(code, read) {
  try {
    return read();
  } catch {
    throw new Refused(code);
  }
}

async function needSigned(register, signature, rootDer, pinned) {
  const root = readCertificate(rootDer);
  let signer = null;
  for (const row of register.leaves) {
    const leaf = readCertificate(fromBase64(row.certificate));
    await needOurLeaf(leaf, root, pinned);
    if (row.key_id !== (await keyId(leaf))) throw new Refused("bad_signature");
    const isLost = row.compromised_at || pinned.lostKeys.includes(row.key_id);
    if (row.key_id === signature.key_id && !isLost) signer = leaf;
  }
  const signed = new TextEncoder().encode(canonical(register));
  if (!(await verifies(signer.publicKey, fromBase64(signature.value), signed))) {
    throw new Refused("bad_signature");
  }
}

// JSON with sorted keys and no spaces, as Python writes it.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${pairs.join(",")}}`;
}
