// Reads DER as strictly as we write it: definite lengths in their shortest form, nothing left over.

export class NotIntact extends Error {}

export function need(condition, code) {
  if (!condition) throw new NotIntact(code);
}

export function readDer(bytes, at = 0, end = bytes.length) {
  need(at + 2 <= end, "der");
  const tag = bytes[at];
  let length = bytes[at + 1];
  let start = at + 2;
  if (length >= 0x80) {
    const count = length & 0x7f;
    need(count >= 1 && count <= 3 && start + count <= end, "der");
    length = 0;
    for (let i = 0; i < count; i += 1) length = length * 256 + bytes[start + i];
    need(length >= 0x80 && length >= 2 ** (8 * (count - 1)), "der");
    start += count;
  }
  need(start + length <= end, "der");
  return { tag, whole: bytes.subarray(at, start + length), value: bytes.subarray(start, start + length), end: start + length };
}

export function children(node) {
  const found = [];
  for (let at = 0; at < node.value.length; ) {
    const child = readDer(node.value, at);
    found.push(child);
    at = child.end;
  }
  return found;
}

export function writeDer(tag, ...parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const sizes = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) sizes.unshift(left % 256);
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 | sizes.length, ...sizes];
  return join(Uint8Array.from(head), ...parts);
}

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function same(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(text) {
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
