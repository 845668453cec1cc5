// Loads a chunk of the console's code after those that it needs, once; after a failure, the next call tries again.
// `scripts/bin/wasm-bindgen` puts this in the place of the loader of wasm-split, which reads the browser's cache only.
function makeLoad(file, needed) {
  let loading;
  const load = async () => {
    const url = file && new URL(file, import.meta.url).href;
    const code = file && slipway.load(url, /wasm/, (answer) => WebAssembly.compileStreaming(answer));
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
