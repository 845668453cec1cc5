// Optimizes chunks with binaryen's library, as wasm-opt does with the options of scripts/env. One process for many
// chunks: the library is WebAssembly itself, and slow until the engine has optimized it.
// Usage: node scripts/optimize-chunks.mjs CHUNK...
//
// $WASM_FEATURES says what the chunks use. Keep the rest in step with $WASM_SIZE.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const library = join(process.env.SLIPWAY_TOOLS, "npm/node_modules/binaryen/index.js");
const { default: binaryen } = await import(pathToFileURL(library));

/** The library's names for the features. Some options stand for two. */
const NAMES = {
  "bulk-memory": ["BulkMemory", "BulkMemoryOpt"],
  "reference-types": ["ReferenceTypes", "CallIndirectOverlong"],
  "sign-ext": ["SignExt"],
  "nontrapping-float-to-int": ["NontrappingFPToInt"],
  multivalue: ["Multivalue"],
  "mutable-globals": ["MutableGlobals"],
  simd: ["SIMD128"],
};

let features = binaryen.Features.MVP;
for (const option of process.env.WASM_FEATURES.split(" ")) {
  const names = NAMES[option.replace("--enable-", "")];
  if (!names) throw new Error(`there is no feature for ${option}`);
  for (const name of names) features |= binaryen.Features[name];
}

// What -Os stands for.
binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(1);
binaryen.setGenerateStackIR(true);
binaryen.setOptimizeStackIR(true);
binaryen.setLowMemoryUnused(true);
binaryen.addPassToSkip("local-cse");

for (const chunk of process.argv.slice(2)) {
  const module = binaryen.readBinary(readFileSync(chunk));
  module.setFeatures(features);
  // What others call is in the table. A merged chunk has exports for its own parts.
  for (let index = module.getNumExports(); index > 0; index--) {
    module.removeExport(binaryen.getExportInfo(module.getExportByIndex(index - 1)).name);
  }
  module.optimize();
  module.runPasses(["reorder-functions-by-name", "strip-debug", "strip-producers", "strip-target-features"]);
  writeFileSync(chunk, module.emitBinary());
  module.dispose();
}
