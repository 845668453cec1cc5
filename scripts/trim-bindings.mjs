// Usage: node trim-bindings.mjs MAIN.wasm MAIN.js
// Gives the functions between MAIN.wasm and MAIN.js short names, in both files: wasm-bindgen's names end in a hash,
// and are most of what these tables weigh.
import { readFileSync, writeFileSync } from "node:fs";

const IMPORTS = 2;
const EXPORTS = 7;
const [wasmPath, scriptPath] = process.argv.slice(2);
const shortNames = new Map();

/** The short name of a function that only the two files know. Other names stay. */
function shortName(name) {
  if (!/^(__wbg_|__wbindgen_generic_|wasm_bindgen_)/.test(name)) return name;
  if (!shortNames.has(name)) shortNames.set(name, `f${shortNames.size.toString(36)}`);
  return shortNames.get(name);
}

/** Reads the parts of a wasm binary: https://webassembly.github.io/spec/core/binary/ */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  number() {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = this.bytes[this.at++];
      value += (byte & 127) * 2 ** shift;
      shift += 7;
    } while (byte & 128);
    return value;
  }

  slice(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text() {
    return this.slice(this.number()).toString();
  }

  /** The bytes that describe what is imported, after its names. */
  importedType() {
    const start = this.at;
    const kind = this.bytes[this.at++];
    // A table's type of elements, a global's type, a tag's attribute.
    if (kind === 1 || kind === 3 || kind === 4) this.at++;
    if (kind === 3) {
      this.at++;
    } else if (kind === 1 || kind === 2) {
      const hasMaximum = this.bytes[this.at++] & 1;
      this.number();
      if (hasMaximum) this.number();
    } else {
      this.number();
    }
    return this.bytes.subarray(start, this.at);
  }
}

function number(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}

function withLength(bytes) {
  return Buffer.concat([number(bytes.length), bytes]);
}

/** A section of imports or exports with short names. */
function renamed(section, id) {
  const reader = new Reader(section);
  const count = reader.number();
  const parts = [number(count)];
  for (let entry = 0; entry < count; entry++) {
    if (id === IMPORTS) parts.push(withLength(Buffer.from(reader.text())));
    parts.push(withLength(Buffer.from(shortName(reader.text()))));
    if (id === IMPORTS) {
      parts.push(reader.importedType());
    } else {
      parts.push(reader.slice(1), number(reader.number()));
    }
  }
  return Buffer.concat(parts);
}

function rewritten(wasm) {
  const reader = new Reader(wasm, 8);
  const parts = [wasm.subarray(0, 8)];
  while (reader.at < wasm.length) {
    const id = reader.slice(1);
    const section = reader.slice(reader.number());
    parts.push(id, withLength(id[0] === IMPORTS || id[0] === EXPORTS ? renamed(section, id[0]) : section));
  }
  return Buffer.concat(parts);
}

const wasm = rewritten(readFileSync(wasmPath));
const script = readFileSync(scriptPath, "utf8");
writeFileSync(wasmPath, wasm);
writeFileSync(scriptPath, script.replace(/\b\w+\b/g, (word) => shortNames.get(word) ?? word));
