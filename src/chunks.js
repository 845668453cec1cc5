// Loads a chunk of the console's code after those that it needs, once; after a failure, the next call tries again.
// `scripts/bin/wasm-bindgen` puts this in the place of the loader of wasm-split, which reads the browser's cache only.
// With a `part`, the chunk is the custom section of that name in the file: `scripts/pack-chunks.mjs` made it.
const packs = {};
function makeLoad(file, needed, part) {
  let loading;
  const compile = (url) => slipway.load(url, /wasm/, (answer) => WebAssembly.compileStreaming(answer));
  const unpack = async (url) => {
    try {
      const pack = await (packs[url] ??= compile(url));
      return WebAssembly.compile(WebAssembly.Module.customSections(pack, part)[0]);
    } catch (error) {
      delete packs[url];
      throw error;
    }
  };
  const load = async () => {
    const url = file && new URL(file, import.meta.url).href;
    const code = file && (part ? unpack : compile)(url);
    const [module] = await Promise.all([code, ...needed.map((chunk) => chunk())]);
    if (module) await WebAssembly.instantiate(module, getSharedImports());
  };
  return () => {
    loading ??= load().catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}
