// What a sealed file says inside: its number and its credential. Read only after the seal holds, so
// every byte that is read here is one that we wrote.

import { need } from "./der.js";

const OBJECT = /(\d+) \d+ obj\b/g;
const MOST_BYTES = 4 * 1024 * 1024;

export async function readInside(bytes, text) {
  const objects = await allObjects(bytes, text);
  return { number: numberIn(objects, text), credential: await credentialIn(objects) };
}

async function allObjects(bytes, text) {
  const objects = new Map();
  OBJECT.lastIndex = 0;
  for (let found = OBJECT.exec(text); found; found = OBJECT.exec(text)) {
    const object = objectAt(bytes, text, found.index + found[0].length);
    objects.set(Number(found[1]), object);
    OBJECT.lastIndex = object.end;
    if (/\/Type\s*\/ObjStm\b/.test(object.text)) await unpack(object, objects);
  }
  return objects;
}

function objectAt(bytes, text, start) {
  const close = text.indexOf("endobj", start);
  const stream = /stream\r?\n/g;
  stream.lastIndex = start;
  const opened = stream.exec(text);
  if (!opened || (close !== -1 && close < opened.index)) {
    const end = close === -1 ? text.length : close;
    return { text: text.slice(start, end), data: null, end };
  }
  const head = text.slice(start, opened.index);
  const from = opened.index + opened[0].length;
  const length = /\/Length\s+(\d+)(?!\s+\d+\s+R)/.exec(head);
  const until = length ? from + Number(length[1]) : text.indexOf("endstream", from);
  need(until >= from && until <= bytes.length, "stream");
  return { text: head, data: bytes.subarray(from, until), end: until };
}

async function unpack(object, objects) {
  const inside = latin(await contentOf(object));
  const first = Number(/\/First\s+(\d+)/.exec(object.text)[1]);
  const table = inside.slice(0, first).trim().split(/\s+/).map(Number);
  for (let at = 0; at + 1 < table.length; at += 2) {
    const end = at + 3 < table.length ? first + table[at + 3] : inside.length;
    objects.set(table[at], { text: inside.slice(first + table[at + 1], end), data: null });
  }
}

export async function contentOf(object) {
  const filter = /\/Filter\s*\[?\s*\/(\w+)/.exec(object.text);
  if (!filter) return object.data;
  need(filter[1] === "FlateDecode", "filter");
  const opened = new Blob([object.data]).stream().pipeThrough(new DecompressionStream("deflate"));
  const content = new Uint8Array(await new Response(opened).arrayBuffer());
  need(content.length <= MOST_BYTES, "stream");
  return content;
}

function numberIn(objects, text) {
  const references = [...text.matchAll(/\/Info\s+(\d+)\s+\d+\s+R/g)];
  const info = references.length && objects.get(Number(references[references.length - 1][1]));
  const said = info && /\/Keywords\s*(?:\(((?:\\.|[^\\)])*)\)|<([0-9A-Fa-f\s]*)>)/.exec(info.text);
  if (!said) return "";
  if (said[1] !== undefined) return fromUtf16(said[1].replace(/\\(.)/g, "$1"));
  const pairs = said[2].replace(/\s/g, "").match(/../g) || [];
  return fromUtf16(pairs.map((pair) => String.fromCharCode(parseInt(pair, 16))).join(""));
}

function fromUtf16(text) {
  return text.startsWith("\xfe\xff") ? text.slice(2).replace(/\0/g, "") : text;
}

async function credentialIn(objects) {
  const files = [...objects.values()].filter((one) => /\/Type\s*\/EmbeddedFile\b/.test(one.text) && one.data);
  need(files.length <= 1, "attachments");
  return files.length ? new TextDecoder().decode(await contentOf(files[0])) : null;
}

// One sign for each byte: places in the text are places in the file.
export function latin(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}
