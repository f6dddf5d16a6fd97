import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

/**
 * Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->` in a Markdown file: figures that a run
 * wrote, in the prose that a person wrote.
 *
 * @throws Error if the file has no such place
 */
export async function writeFigures(file: string, name: string, markdown: string): Promise<void> {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${file} has no place for figures "${name}"`);
  const whole = `${text.slice(0, from + begin.length)}\n\n${markdown}\n\n${text.slice(to)}`;
  const options = await resolveConfig(file);
  writeFileSync(file, await format(whole, { ...options, parser: 'markdown' }));
}
