// Arranges the head of the built page so that a browser asks for everything that the first view needs at once.
// Usage: node scripts/arrange-page.mjs FOLDER
//
// - The style sheets of the first view become one file: over HTTP/1.1 a browser has six connections.
// - The links that load ahead stand before boot.js: with a policy in the page, browsers look for nothing behind a
//   script until it has run.
// - The file that the main script imports is named too, so that it is not asked for one round trip later.
// - The scripts that Trunk does not make smaller are minified.
// - The chunks of a build's page are named in links without rel: boot.js loads them where the address is a build's.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const page = join(folder, "index.html");
const files = readdirSync(folder);
let html = readFileSync(page, "utf8");

const file = (pattern) => {
  const found = files.filter((name) => pattern.test(name));
  if (found.length !== 1) throw new Error(`${found.length} files of the site are like ${pattern}`);
  return found[0];
};
const digest = (bytes, kind) => createHash(kind).update(bytes);
/** In quotes: it ends with an equals sign. */
const integrity = (name) => `"sha256-${digest(readFileSync(join(folder, name)), "sha256").digest("base64")}"`;

/** A script, minified where terser is installed. */
const minified = (script) => {
  const options = ["--module", "--ecma", "2022", "--compress", "passes=3", "--mangle"];
  const { error, status, stdout, stderr } = spawnSync("terser", options, { input: script, encoding: "utf8" });
  if (error?.code === "ENOENT") return script;
  if (error || status) throw new Error(`terser: ${error ?? stderr}`);
  return stdout;
};

/** Takes all tags like this out of the page. */
const take = (pattern) => {
  const tags = html.match(pattern) ?? [];
  if (!tags.length) throw new Error(`no tag of the page is like ${pattern}`);
  for (const tag of tags) html = html.replace(tag, "");
  return tags;
};

const sheets = take(/<link [^>]*rel="?stylesheet[^>]*>/g);
const href = (tag) => /href="?([^" >]*)/.exec(tag)[1];
const base = href(sheets[0]).replace(/[^/]*$/, "");
const names = sheets.map((tag) => href(tag).slice(base.length));
const styles = names.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
const first = `first-${digest(styles, "sha256").digest("hex").slice(0, 12)}.css`;
writeFileSync(join(folder, first), styles);
for (const name of names) rmSync(join(folder, name));

const lazy = take(/<link data-lazy=[^>]*>/g);
take(/<script [^>]*boot-[^>]*><\/script>/g);
const bootSource = file(/^boot-[0-9a-f]+\.js$/);
const bootScript = minified(readFileSync(join(folder, bootSource), "utf8"));
const boot = `boot-${digest(bootScript, "sha256").digest("hex").slice(0, 12)}.js`;
rmSync(join(folder, bootSource));
writeFileSync(join(folder, boot), bootScript);
const preloads = take(/<link [^>]*rel="?(?:module)?preload[^>]*>/g);
const loader = file(/^split-[0-9a-f]+\.js$/);
const loading = readFileSync(join(folder, loader), "utf8");
const needed = /__wasm_split_load_build = wrapAsyncCb\(makeLoad\("\.\/([^"]*)", \[([^\]]*)\]/.exec(loading);
const chunks = new Map([...loading.matchAll(/const (\w+) = makeLoad\("\.\/([^"]*)"/g)].map(([, name, url]) => [name, url]));
const ahead = [needed[1]];
for (const name of needed[2].split(/, */)) {
  // Without it the page would work, and start late.
  if (!chunks.has(name)) throw new Error(`the loader does not say which file is ${name}`);
  ahead.push(chunks.get(name));
}
// Its name stays: scripts/bin/wasm-bindgen made it of the content and of terser's version.
writeFileSync(join(folder, loader), minified(loading));
const main = file(/^slipway-console-[0-9a-f]+\.js$/);
writeFileSync(join(folder, main), minified(readFileSync(join(folder, main), "utf8")));
/** A tag of Trunk's with the integrity of its file as it is now. */
const signed = (tag) => tag.replace(/integrity="?sha[^" >]*"?/, `integrity=${integrity(href(tag).slice(base.length))}`);

const worker = join(folder, "offline.js");
writeFileSync(worker, minified(readFileSync(worker, "utf8")));

const head = [
  ...preloads.map(signed),
  `<link crossorigin href=${base}${loader} integrity=${integrity(loader)} rel=modulepreload>`,
  `<link as=style href=${base}${first} integrity=${integrity(first)} rel=preload>`,
  ...ahead.map((name) => `<link data-ahead href=${base}${name}>`),
  `<script integrity=${integrity(boot)} src=${base}${boot}></script>`,
  `<link href=${base}${first} integrity=${integrity(first)} rel=stylesheet>`,
  // The cascade goes by the order in the page.
  ...lazy.map(signed),
].join("");
if (!html.includes("</title>")) throw new Error("the page has no title");
html = html.replace("</title>", `</title>${head}`);
writeFileSync(page, html);
