// Certificates of keys (X.509): ours, P-256 and signed by the root that the page knows, and those of
// seals from elsewhere, of which the page knows every byte.

import { children, fromHex, need, readDer, same, sha256, toHex, writeDer } from "./der.js";

const ECDSA_SHA256 = fromHex("300a06082a8648ce3d040302");
const OID_POLICIES = fromHex("0603551d20");
const OID_RSA = "06092a864886f70d010101";
const HALF_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n >> 1n;

export function readCertificate(der, isPinned = false) {
  const node = readDer(der);
  need(node.end === der.length, "certificate");
  const [signed, algorithm, signature] = children(node);
  // Only what is signed is sure; the rest may stand there in one way only.
  const expected = writeDer(0x30, signed.whole, ECDSA_SHA256, writeDer(0x03, signature.value));
  need(isPinned || same(der, expected), "certificate");
  need(signature.value[0] === 0, "certificate");
  const [, serial, , issuer, , subject, publicKey, ...rest] = children(signed);
  return {
    der,
    signed: signed.whole,
    algorithm: algorithm.whole,
    signature: signature.value.subarray(1),
    serial: serial.whole,
    issuer: issuer.whole,
    subject: subject.whole,
    publicKey: publicKey.whole,
    isRsa: toHex(publicKey.value).includes(OID_RSA),
    policies: policiesOf(rest.find((one) => one.tag === 0xa3)),
  };
}

function policiesOf(extensions) {
  if (!extensions) return [];
  for (const extension of children(children(extensions)[0])) {
    const parts = children(extension);
    if (same(parts[0].whole, OID_POLICIES)) {
      const list = readDer(parts[parts.length - 1].value);
      return children(list).map((policy) => toHex(children(policy)[0].whole));
    }
  }
  return [];
}

// Of each ECDSA signature (r, s) anybody can write a second one, (r, n - s). We write the lower.
export function hasOneForm(leaf, signature) {
  if (leaf.isRsa) return true;
  return BigInt(`0x${toHex(children(readDer(signature))[1].value)}`) <= HALF_ORDER;
}

export async function sealed(leaf, signature, data) {
  if (!leaf.isRsa) return verifies(leaf.publicKey, signature, data);
  const kind = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("spki", leaf.publicKey, kind, false, ["verify"]);
  return crypto.subtle.verify(kind, key, signature, data);
}

export async function verifies(publicKey, signature, data) {
  const [r, s] = children(readDer(signature)).map((number) => toHex(number.value).replace(/^00/, ""));
  if (r.length > 64 || s.length > 64) return false;
  if (!same(signature, writeDer(0x30, integer(r), integer(s)))) return false;
  const raw = fromHex(r.padStart(64, "0") + s.padStart(64, "0"));
  const kind = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("spki", publicKey, kind, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, raw, data);
}

// A whole number above zero, as DER writes it: a zero in front only where it would read as negative.
function integer(hex) {
  return writeDer(0x02, fromHex(parseInt(hex.slice(0, 2), 16) >= 0x80 ? `00${hex}` : hex));
}

// A leaf of ours: signed by the pinned root, for certificates and for nothing else.
export async function needOurLeaf(leaf, root, pinned) {
  need(toHex(await sha256(root.der)) === pinned.rootFingerprint, "not_our_root");
  need(same(leaf.issuer, root.subject), "chain");
  need(same(leaf.algorithm, ECDSA_SHA256), "chain");
  need(await verifies(root.publicKey, leaf.signature, leaf.signed), "chain");
  need(leaf.policies.length === 1 && leaf.policies[0] === pinned.policy, "not_our_key");
}

export async function keyId(leaf) {
  return toHex(await sha256(leaf.der)).slice(0, 16);
}
