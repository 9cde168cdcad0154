// The seal of a file: exactly one, over every byte, in the one form that we write.
//
// It mirrors certificates/adapters/signature.py. Whatever is not in the gap is signed by us, so only
// the gap itself (the container of the signature) can differ, and that must be canonical.

import { hasOneForm, keyId, needOurLeaf, readCertificate, sealed } from "./certificate.js";
import { children, fromBase64, fromHex, join, need, readDer, same, sha256, writeDer } from "./der.js";

const SIGNED_DATA = fromHex("06092a864886f70d010702");
const VERSION_1 = fromHex("020101");
const SHA256 = fromHex("300d06096086480165030402010500");
const ECDSA_SHA256 = fromHex("300a06082a8648ce3d040302");
const RSA_SHA256 = fromHex("300d06092a864886f70d01010b0500");
const TIME_STAMP = fromHex("060b2a864886f70d010910020e");
const NO_CONTENT = fromHex("300b06092a864886f70d010701");
const DATA = fromHex("06092a864886f70d010701");
const OID_CONTENT_TYPE = fromHex("06092a864886f70d010903");
const OID_DIGEST = fromHex("06092a864886f70d010904");
const ROOM_FOR_STAMP = 24576; // digits; who has the file can fill that room, or empty it
const RANGE = /\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/y;

export async function readSeal(bytes, text, pinned) {
  const end = endOfSealed(bytes, text);
  if (end < bytes.length) return { ...(await readSeal(bytes.subarray(0, end), text.slice(0, end), pinned)), isStamped: true };
  const { container, signed } = cutOut(bytes, text);
  const parts = readContainer(container);
  const leaf = pinnedLeaf(parts, pinned.chains || []) || (await ourLeaf(parts, pinned));
  needCanonical(container, parts, leaf);
  const attributes = readAttributes(parts.attributes);
  need(same(attributes.digest, await sha256(signed)), "modified");
  const said = writeDer(0x31, parts.attributes);
  need(await sealed(leaf, parts.signature, said), "not_valid");
  need(/\/DocMDP\b/.test(text) && /\/P\s+1\b/.test(text), "not_certifying");
  const hasRoom = 2 * container.length >= ROOM_FOR_STAMP;
  const isSure = parts.stamp === null && !hasRoom && hasOneForm(leaf, parts.signature);
  return { keyId: await keyId(leaf), isStamped: parts.stamp !== null, isSure };
}

async function ourLeaf(parts, pinned) {
  const certificates = parts.certificates.map((der) => readCertificate(der));
  const leaf = certificates.find((one) => same(one.serial, parts.serial));
  const root = certificates.find((one) => one !== leaf);
  need(leaf && root && certificates.length === 2, "chain");
  await needOurLeaf(leaf, root, pinned);
  need(pinned.leaves === null || pinned.leaves.has(await keyId(leaf)), "not_our_key");
  return leaf;
}

// The leaf of a seal from elsewhere: its whole chain, to the byte, is one that this page knows.
function pinnedLeaf(parts, chains) {
  for (const chain of chains.map((one) => one.map(fromBase64))) {
    const isWhole = chain.length === parts.certificates.length;
    const stands = (der) => parts.certificates.some((one) => same(one, der));
    if (isWhole && chain.every(stands)) {
      const leaf = readCertificate(chain[0], true);
      need(same(leaf.serial, parts.serial), "chain");
      return leaf;
    }
  }
  return null;
}

// Where our seal ends: at the end of the file, or before the time stamps that were put behind it for
// later years. Those are not looked at here, so of such a file too only the register can say it all.
function endOfSealed(bytes, text) {
  RANGE.lastIndex = Math.max(0, text.indexOf("/ByteRange"));
  const found = RANGE.exec(text);
  const end = found ? Number(found[3]) + Number(found[4]) : bytes.length;
  return end > 0 && end < bytes.length && /\/(DocTimeStamp|DSS)\b/.test(text.slice(end)) ? end : bytes.length;
}

function cutOut(bytes, text) {
  need(text.split("/ByteRange").length === 2, "not_one_signature");
  RANGE.lastIndex = text.indexOf("/ByteRange");
  const found = RANGE.exec(text);
  need(found, "not_one_signature");
  const [zero, first, second, length] = found.slice(1).map(Number);
  need(zero === 0 && first < second && second + length === bytes.length, "not_whole_file");
  const gap = text.slice(first, second);
  need(/^<(?:[0-9A-F]{2})+>$/.test(gap), "case");
  const container = fromHex(gap.slice(1, -1));
  return { container, signed: join(bytes.subarray(0, first), bytes.subarray(second)) };
}

function readContainer(container) {
  const [type, wrapped] = children(readDer(container));
  need(type && wrapped && same(type.whole, SIGNED_DATA), "container");
  const [, , , certificates, signers] = children(children(wrapped)[0]);
  need(certificates && signers, "container");
  const all = children(signers);
  need(all.length === 1, "not_one_signature");
  const [, sid, , attributes, , signature, beside, ...more] = children(all[0]);
  need(more.length === 0, "beside");
  need(attributes && attributes.tag === 0xa0 && signature && signature.tag === 0x04, "container");
  return {
    certificates: children(certificates).map((one) => one.whole),
    serial: children(sid)[1].whole,
    attributes: attributes.value,
    signature: signature.value,
    stamp: beside ? stampIn(beside) : null,
  };
}

// A time stamp beside the signature: nothing else may stand there. Its own bytes are not looked at
// here, so of a file that has one only the register can say that every byte is right.
function stampIn(beside) {
  const attributes = children(beside);
  need(beside.tag === 0xa1 && attributes.length === 1, "beside");
  const [name, values] = children(attributes[0]);
  need(same(name.whole, TIME_STAMP) && values.tag === 0x31, "beside");
  const tokens = children(values);
  need(tokens.length === 1, "beside");
  return tokens[0].whole;
}

function needCanonical(container, parts, leaf) {
  const signer = writeDer(
    0x30,
    VERSION_1,
    writeDer(0x30, leaf.issuer, leaf.serial),
    SHA256,
    writeDer(0xa0, parts.attributes),
    leaf.isRsa ? RSA_SHA256 : ECDSA_SHA256,
    writeDer(0x04, parts.signature),
    ...(parts.stamp ? [writeDer(0xa1, writeDer(0x30, TIME_STAMP, writeDer(0x31, parts.stamp)))] : []),
  );
  const signedData = writeDer(
    0x30,
    VERSION_1,
    writeDer(0x31, SHA256),
    NO_CONTENT,
    writeDer(0xa0, ...parts.certificates),
    writeDer(0x31, signer),
  );
  const expected = writeDer(0x30, SIGNED_DATA, writeDer(0xa0, signedData));
  need(same(container.subarray(0, expected.length), expected), "container");
  need(container.subarray(expected.length).every((byte) => byte === 0), "container");
}

function readAttributes(attributes) {
  let digest = null;
  let type = null;
  for (const one of children({ value: attributes })) {
    const [name, values] = children(one);
    if (same(name.whole, OID_DIGEST)) digest = children(values)[0].value;
    if (same(name.whole, OID_CONTENT_TYPE)) type = children(values)[0].whole;
  }
  need(digest && type && same(type, DATA), "container");
  return { digest };
}

// Does the public key of one of our leaves stand in the bytes, however broken the rest is?
export function carriesSeal(text, leaves) {
  const lowered = text.toLowerCase();
  return leaves.some((leaf) => pointHalves(leaf).some((half) => lowered.includes(half)));
}

function pointHalves(leaf) {
  const point = readCertificate(leaf, true).publicKey.slice(-64);
  return [point.subarray(0, 32), point.subarray(32)].map((half) =>
    Array.from(half, (byte) => byte.toString(16).padStart(2, "0")).join(""),
  );
}
