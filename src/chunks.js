// Loads a chunk of the console's code after those that it needs, once; after a failure, the next call tries again.
// `scripts/bin/wasm-bindgen` puts this in the place of the loader of wasm-split, which reads the browser's cache only.
function makeLoad(file, needed) {
  let loading;
  const compile = (url) => slipway.load(url, /wasm/, (answer) => WebAssembly.compileStreaming(answer));
  const load = async () => {
    const code = file && compile(new URL(file, import.meta.url).href);
    const [module] = await Promise.all([code, ...needed.map((chunk) => chunk())]);
    if (!module) return;
    const shared = getSharedImports();
    // The name in chunks that scripts/merge-chunks.mjs has merged.
    shared.shared = shared.__wasm_split;
    await WebAssembly.instantiate(module, shared);
  };
  return () => {
    loading ??= load().catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}
