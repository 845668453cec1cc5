// Usage: node unused-exports.mjs MAIN.wasm MAIN.js
// Takes the classes of wasm-streams out of MAIN.js. Prints the exports of MAIN.wasm that are left, as a graph for
// wasm-metadce, which drops the others.
import { readFileSync, writeFileSync } from "node:fs";

const [wasm, script] = process.argv.slice(2);
const unused = /intounderlying/i;

const before = readFileSync(script, "utf8");
const after = before
  .replace(/^export class (IntoUnderlying\w+) \{\n[^]*?\n\}\n(if \(Symbol\.dispose\) \1\..*\n)?/gm, "")
  .replace(/^const IntoUnderlying\w+Finalization = [^]*?, 1\)\);\n/gm, "");
// A class that something else uses stays, and with it all exports.
const isFree = !unused.test(after);
if (isFree) writeFileSync(script, after);

const names = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(wasm))).map(({ name }) => name);
const kept = names.filter((name) => !(isFree && unused.test(name)));
const nodes = kept.map((name) => ({ name: `export ${name}`, export: name }));
const root = { name: "console", root: true, reaches: nodes.map(({ name }) => name) };
console.log(JSON.stringify([root, ...nodes]));
