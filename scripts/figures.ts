import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

/**
 * Replaces what is between `<!-- name:begin -->` and `<!-- name:end -->` in a text: generated figures in prose that a person
 * wrote.
 *
 * @throws Error if the text has no such place
 */
export function replaceFigures(text: string, name: string, markdown: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`there is no place for "${name}"`);
  return `${text.slice(0, from + begin.length)}\n\n${markdown}\n\n${text.slice(to)}`;
}

/** Replaces the figures of that name in a Markdown file. */
export async function writeFigures(file: string, name: string, markdown: string): Promise<void> {
  const whole = replaceFigures(readFileSync(file, 'utf8'), name, markdown);
  const options = await resolveConfig(file);
  writeFileSync(file, await format(whole, { ...options, parser: 'markdown' }));
}
