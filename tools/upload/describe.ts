import type { UploadResult } from './upload.ts';

/** The result for a person, in one or two lines. */
export function describeUpload(result: UploadResult): string {
  const seconds = (result.milliseconds / 1000).toFixed(1);
  const kept = result.unchanged.length === 0 ? '' : `, ${result.unchanged.length} unchanged`;
  const removed = result.removed.length === 0 ? '' : `, ${result.removed.length} stale removed`;
  if (result.uploaded.length === 0) return `nothing to upload${kept}${removed} (${seconds} s)`;
  const by = result.method === undefined ? '' : ` by ${result.method}`;
  const count = `${result.uploaded.length} ${result.uploaded.length === 1 ? 'file' : 'files'}`;
  const files = `${count} uploaded and verified${kept}${removed}`;
  return `${files}: ${result.bytes} bytes in ${seconds} s${by}${result.restarted ? ', board restarted' : ''}`;
}
