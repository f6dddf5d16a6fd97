import { createReadStream } from 'node:fs';
import { systemCode } from '../../model/errors/file-problem.ts';

/** Why a file could not be used as text. */
export type TextFault = 'missing' | 'denied' | 'folder' | 'too-large' | 'not-utf8' | 'unreadable';

/** A file's text, or why it cannot be read. Reads at most `maximum` bytes, because the file may be an endless pipe. */
export async function readText(
  path: string,
  maximum: number,
): Promise<{ readonly text: string } | { readonly fault: TextFault }> {
  let bytes: Buffer;
  try {
    const parts: Buffer[] = [];
    // `end` is inclusive: this reads one byte more than allowed, to detect a file that is too large.
    for await (const part of createReadStream(path, { end: maximum })) parts.push(part as Buffer);
    bytes = Buffer.concat(parts);
  } catch (error) {
    return { fault: faultOf(error) };
  }
  if (bytes.length > maximum) return { fault: 'too-large' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { fault: 'not-utf8' };
  }
}

function faultOf(error: unknown): TextFault {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  return code === 'EISDIR' ? 'folder' : 'unreadable';
}
