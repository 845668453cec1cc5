// Usage: node trim-bindings.mjs MAIN.wasm MAIN.js
// Gives the functions between MAIN.wasm and MAIN.js short names, in both files: wasm-bindgen's names end in a hash,
// and are most of what these tables weigh.
import { readFileSync, writeFileSync } from "node:fs";
import { EXPORTS, IMPORTS, number, Reader, withLength } from "./wasm-binary.mjs";

const [wasmPath, scriptPath] = process.argv.slice(2);
const shortNames = new Map();

/** The short name of a function that only the two files know. Other names stay. */
function shortName(name) {
  if (!/^(__wbg_|__wbindgen_generic_|wasm_bindgen_)/.test(name)) return name;
  if (!shortNames.has(name)) shortNames.set(name, `f${shortNames.size.toString(36)}`);
  return shortNames.get(name);
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
