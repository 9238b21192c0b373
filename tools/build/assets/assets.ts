import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** A file prepared for the board. */
export interface Asset {
  /** Absolute path of the source. */
  source: string;
  name: string;
  bytes: Uint8Array;
  etag: string;
  type: string;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** Prepares files and remembers them until they change. */
export class AssetStore {
  private readonly known = new Map<string, { version: number; asset: Asset }>();

  /** The file as the board gets it. Throws ENOENT when there is none. */
  async prepare(source: string): Promise<Asset> {
    const version = statSync(source).mtimeMs;
    const known = this.known.get(source);
    if (known?.version === version) return known.asset;
    const asset = await prepareAsset(source);
    this.known.set(source, { version, asset });
    return asset;
  }

  /** A file that `prepare` has seen. */
  get(source: string): Asset | undefined {
    return this.known.get(source)?.asset;
  }
}

async function prepareAsset(source: string): Promise<Asset> {
  const extension = path.extname(source);
  const original = readFileSync(source);
  const small = extension === '.html' ? Buffer.from(await minifyPage(original.toString())) : original;
  const bytes = gzipSync(small, { level: 9 });
  // RFC 1952 byte 9 names the system that compressed; 255 is "unknown", so that every machine writes the same bytes.
  bytes[9] = 255;
  return {
    source,
    name: `${path.basename(source)}.gz`,
    bytes,
    etag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`,
    type: mediaTypes[extension] ?? 'application/octet-stream',
  };
}

async function minifyPage(html: string): Promise<string> {
  // Loaded only when there is a page: it takes as long to load as a small firmware to build.
  const { minify } = await import('html-minifier-terser');
  return minify(html, {
    collapseWhitespace: true,
    minifyCSS: true,
    minifyJS: true,
    removeComments: true,
    removeAttributeQuotes: true,
    removeOptionalTags: true,
  });
}
