// Reads and writes the parts of a WebAssembly file: https://webassembly.github.io/spec/core/binary/

/** What each file begins with: its kind and version. */
export const HEADER = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/** The numbers of sections. */
export const IMPORTS = 2;
export const EXPORTS = 7;

/** Reads the parts of a file. */
export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  number() {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = this.bytes[this.at++];
      value += (byte & 127) * 2 ** shift;
      shift += 7;
    } while (byte & 128);
    return value;
  }

  slice(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text() {
    return this.slice(this.number()).toString();
  }

  /** The bytes that describe what is imported, after its names. */
  importedType() {
    const start = this.at;
    const kind = this.bytes[this.at++];
    // A table's type of elements, a global's type, a tag's attribute.
    if (kind === 1 || kind === 3 || kind === 4) this.at++;
    if (kind === 3) {
      this.at++;
    } else if (kind === 1 || kind === 2) {
      const hasMaximum = this.bytes[this.at++] & 1;
      this.number();
      if (hasMaximum) this.number();
    } else {
      this.number();
    }
    return this.bytes.subarray(start, this.at);
  }
}

/** A number as WebAssembly writes it: LEB128. */
export function number(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}

/** Bytes after their number. */
export function withLength(bytes) {
  return Buffer.concat([number(bytes.length), bytes]);
}
