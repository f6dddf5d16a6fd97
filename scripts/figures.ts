import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->` in a Markdown file: figures that a run
 * wrote, in the prose that a person wrote.
 *
 * @throws Error if the file has no such place
 */
export function writeFigures(file: string, name: string, markdown: string): void {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${file} has no place for figures "${name}"`);
  const before = text.slice(0, from + begin.length);
  writeFileSync(file, `${before}\n\n${markdown.trim()}\n\n${text.slice(to)}`);
}
