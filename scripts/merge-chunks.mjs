// Merges the small chunks that wasm-split made of code which several pages share into three, so that a page asks for and
// compiles a few of them and not dozens: one with all that the lines of a log need, one with what their tools need, and
// one with the rest.
// Usage: node scripts/merge-chunks.mjs FOLDER
//
// $WASM_FEATURES says what the chunks use.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXPORTS, HEADER, IMPORTS, number, Reader, withLength } from "./wasm-binary.mjs";

/** Larger chunks stay files of their own. In bytes, before they are optimized and with the names of functions. */
const LARGEST = 96 << 10;

/** The merged chunks, each with the page part that it serves. It takes what that needs and no earlier one has. */
const MERGED = { shared_build: "build", shared_tools: "log_tools" };
const REST = "shared_rest";

const features = process.env.WASM_FEATURES.split(" ");
const folder = process.argv[2];
const loader = join(folder, "__wasm_split.js");
let text = readFileSync(loader, "utf8");

const needed = (chunk) => {
  const loads = new RegExp(`__wasm_split_load_${chunk} = wrapAsyncCb\\(makeLoad\\([^\\[]*\\[([^\\]]*)\\]`).exec(text);
  if (!loads) throw new Error(`${loader} does not load ${chunk}`);
  return new Set(loads[1].match(/chunk_\d+/g));
};

const needs = Object.entries(MERGED).map(([name, chunk]) => [name, needed(chunk)]);
const parts = new Map([...Object.keys(MERGED), REST].map((name) => [name, []]));
/** The merged chunk that a small one is in. */
const merged = new Map();
for (const file of readdirSync(folder)) {
  const chunk = /^(chunk_\d+)\.wasm$/.exec(file)?.[1];
  if (!chunk || statSync(join(folder, file)).size > LARGEST) continue;
  const name = needs.find(([, chunks]) => chunks.has(chunk))?.[0] ?? REST;
  merged.set(chunk, name);
  parts.get(name).push(chunk);
}

/** What a chunk gets from the main file: the memory, the table, and globals. A name and the bytes of its type for each. */
function imports(chunk) {
  const reader = new Reader(readFileSync(chunk), HEADER.length);
  while (reader.at < reader.bytes.length) {
    const id = reader.slice(1)[0];
    const section = new Reader(reader.slice(reader.number()));
    if (id !== IMPORTS) continue;
    return Array.from({ length: section.number() }, () => {
      section.text();
      const [name, type] = [section.text(), section.importedType()];
      if (type[0] === 0) throw new Error(`${chunk} imports a function: ${name}`);
      return { name, type };
    });
  }
  return [];
}

/**
 * A file that gets all that the chunks do, from `shared`, and passes it on to them. Without it, each part of a merged chunk
 * would have a memory of its own, and only some browsers know more than one.
 */
function passing(chunks) {
  const shared = new Map(chunks.flatMap(imports).map(({ name, type }) => [name, type]));
  const text = (string) => withLength(Buffer.from(string));
  const counts = [];
  const [gets, passes] = [[], []];
  for (const [name, type] of shared) {
    const kind = type[0];
    gets.push(text("shared"), text(name), type);
    passes.push(text(name), Buffer.from([kind]), number((counts[kind] ??= 0)));
    counts[kind]++;
  }
  const section = (id, parts) => [Buffer.from([id]), withLength(Buffer.concat([number(shared.size), ...parts]))];
  return Buffer.concat([HEADER, ...section(IMPORTS, gets), ...section(EXPORTS, passes)]);
}

let loads = "";
for (const [name, chunks] of parts) {
  if (chunks.length === 0) continue;
  chunks.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const files = chunks.map((chunk) => join(folder, `${chunk}.wasm`));
  const shared = join(folder, "shared.wasm");
  writeFileSync(shared, passing(files));
  // A chunk exports nothing: what others call is in the table.
  const inputs = [shared, "__wasm_split", ...files.flatMap((file, index) => [file, chunks[index]])];
  const output = join(folder, `${name}.wasm`);
  // It warns about each file's names. What it prints is in the error, if it fails.
  execFileSync("wasm-merge", [...inputs, ...features, "-g", "-o", output], { stdio: "pipe" });
  for (const file of [shared, ...files]) rmSync(file);
  for (const chunk of chunks) {
    // With the comment before it.
    const load = new RegExp(`(?:/\\*.*\\*/\\n)?const __${chunk} = makeLoad\\("\\./${chunk}\\.wasm", \\[\\]\\);\\n`);
    if (!load.test(text)) throw new Error(`${loader} does not load ${chunk}`);
    text = text.replace(load, "");
  }
  loads += `const __${name} = makeLoad("./${name}.wasm", []);\n`;
}
text = text.replace(/\[((?:__chunk_\d+(?:, )?)+)\]/g, (_, list) => {
  const names = list.split(", ").map((name) => `__${merged.get(name.slice(2)) ?? name.slice(2)}`);
  return `[${[...new Set(names)].join(", ")}]`;
});
const at = text.search(/^(?:export )?const __/m);
if (at < 0) throw new Error(`${loader} loads nothing`);
writeFileSync(loader, text.slice(0, at) + loads + text.slice(at));
