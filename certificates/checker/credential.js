// The Open Badge inside a file: proof `eddsa-rdfc-2022` by a key of the academy, number as printed.
//
// What the words of a credential mean comes along in this page; nothing is fetched.

import * as ed25519 from "@noble/ed25519";
import jsonld from "jsonld";

import contexts from "../vendor/contexts.json";
import { join, need, sha256 } from "./der.js";

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

export async function needOurCredential(text, number, keys) {
  const { proof, ...credential } = JSON.parse(text);
  need(proof && credential.credentialSubject.licenseNumber === number, "credential_number");
  const { proofValue, ...options } = proof;
  need(proof.type === "DataIntegrityProof" && proof.cryptosuite === "eddsa-rdfc-2022", "credential_proof");
  need(proof.proofPurpose === "assertionMethod", "credential_proof");
  const issuer = credential.issuer.id || credential.issuer;
  need(proof.verificationMethod.startsWith(`${issuer}#`), "credential_proof");
  const key = keys[proof.verificationMethod.slice(issuer.length + 1)];
  if (!key) return "key_not_known";
  const context = credential["@context"];
  const signed = join(await hashOf({ "@context": context, ...options }), await hashOf(credential));
  const publicKey = fromMultibase(key).subarray(2);
  need(await ed25519.verifyAsync(fromMultibase(proofValue), signed, publicKey), "credential_proof");
  return "right";
}

async function hashOf(document) {
  const quads = await jsonld.canonize(document, {
    algorithm: "RDFC-1.0",
    format: "application/n-quads",
    documentLoader: loadContext,
    safe: true,
  });
  return sha256(new TextEncoder().encode(quads));
}

async function loadContext(address) {
  need(Object.hasOwn(contexts, address), "credential_context");
  return { contextUrl: null, documentUrl: address, document: contexts[address] };
}

function fromMultibase(text) {
  need(text[0] === "z", "credential_proof");
  let number = 0n;
  for (const sign of text.slice(1)) {
    const digit = BASE58.indexOf(sign);
    need(digit >= 0, "credential_proof");
    number = number * 58n + BigInt(digit);
  }
  const hex = number.toString(16);
  const bytes = (hex.length % 2 ? `0${hex}` : hex).match(/../g).map((pair) => parseInt(pair, 16));
  const zeros = /^1*/.exec(text.slice(1))[0].length;
  return Uint8Array.from([...Array(zeros).fill(0), ...bytes]);
}
