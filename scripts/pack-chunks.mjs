// Puts the small chunks that wasm-split made of code which several pages share into three files, so that a page asks for
// a few files and not for dozens: one with all that the lines of a log need, one with what their tools need, and one
// with the rest.
// Usage: node scripts/pack-chunks.mjs FOLDER
//
// A pack is a module without code that has each chunk as a custom section. src/chunks.js takes them out of it.
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Larger chunks stay files of their own, which are compiled while they arrive. In bytes. */
const LARGEST = 64 << 10;

/** The packs, each with the chunk that decides what is in it: what that needs and no pack before has. */
const PACKS = { shared_build: "build", shared_tools: "log_tools" };

const folder = process.argv[2];
const loader = join(folder, "__wasm_split.js");
const text = readFileSync(loader, "utf8");

const needed = (chunk) => {
  const loads = new RegExp(`__wasm_split_load_${chunk} = wrapAsyncCb\\(makeLoad\\([^\\[]*\\[([^\\]]*)\\]`).exec(text);
  if (!loads) throw new Error(`${loader} does not load ${chunk}`);
  return new Set(loads[1].match(/chunk_\d+/g));
};

const packs = Object.entries(PACKS).map(([pack, chunk]) => ({ pack, needs: needed(chunk), chunks: [] }));
const rest = { pack: "shared_rest", chunks: [] };
for (const file of readdirSync(folder)) {
  const name = /^(chunk_\d+)\.wasm$/.exec(file)?.[1];
  const code = name && readFileSync(join(folder, file));
  if (!code || code.length > LARGEST) continue;
  const { chunks } = packs.find(({ needs }) => needs.has(name)) ?? rest;
  chunks.push({ name, file, code });
}

/** A number as WebAssembly writes it: LEB128. */
const leb = (number) => {
  const bytes = [];
  do bytes.push((number & 127) | (number > 127 ? 128 : 0));
  while ((number >>= 7));
  return Buffer.from(bytes);
};

let packed = text;
// A short call for each chunk: the loader is part of the first view.
let loaders = "";
for (const { pack, chunks } of [...packs, rest]) {
  chunks.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  const sections = chunks.flatMap(({ name, code }) => {
    const label = Buffer.concat([leb(name.length), Buffer.from(name)]);
    return [Buffer.from([0]), leb(label.length + code.length), label, code];
  });
  const header = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  writeFileSync(join(folder, `${pack}.wasm`), Buffer.concat([header, ...sections]));
  for (const { name, file } of chunks) {
    const before = `makeLoad("./${file}", [])`;
    if (!packed.includes(before)) throw new Error(`${loader} does not load ${file}`);
    packed = packed.replace(before, `${pack}(${name.slice("chunk_".length)})`);
    rmSync(join(folder, file));
  }
  loaders += `const ${pack} = (number) => makeLoad("./${pack}.wasm", [], "chunk_" + number);\n`;
}
const at = packed.search(/^const __/m);
writeFileSync(loader, packed.slice(0, at) + loaders + packed.slice(at));
