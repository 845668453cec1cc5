// Packs the files of a built site with brotli and gzip, each beside the file, where that makes it smaller. A server
// that finds FILE.br or FILE.gz sends it instead of FILE to a browser that can unpack it.
// Usage: node scripts/pack-site.mjs FOLDER
import { readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

// Files that whoever hosts the site edits, or that the host reads itself, and images that are packed already.
const LEFT_ALONE = /(^|\/)(config\.json|_headers|_redirects)$|\.png$/;

const brotli = (bytes) =>
  promisify(brotliCompress)(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
const kinds = { ".br": brotli, ".gz": (bytes) => promisify(gzip)(bytes, { level: 9 }) };

const folder = process.argv[2];
const paths = (await readdir(folder, { recursive: true })).map((name) => join(folder, name));
const isPacked = (path) => /\.(br|gz)$/.test(path);
await Promise.all(paths.filter(isPacked).map((path) => rm(path)));
const isFile = await Promise.all(paths.map(async (path) => !isPacked(path) && (await stat(path)).isFile()));
const plain = paths.filter((path, index) => isFile[index] && !LEFT_ALONE.test(path));
await Promise.all(
  plain.map(async (path) => {
    const bytes = await readFile(path);
    for (const [ending, pack] of Object.entries(kinds)) {
      const packed = await pack(bytes);
      if (packed.length < bytes.length) await writeFile(path + ending, packed);
    }
  }),
);
