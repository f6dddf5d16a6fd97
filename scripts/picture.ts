/**
 * `npm run picture`: writes docs/pictures/plan.svg, the picture of README.md: a plan of the embedded world, as a terminal shows it.
 * What differs from run to run, the versions of secrets, is always the same in it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const target = resolve(import.meta.dirname, '../docs/pictures/plan.svg');
const [lineHeight, charWidth, margin, columns] = [18, 7.8, 16, 80];

/** Of dark terminals: by the number of the SGR code. */
const colours: Readonly<Record<string, string>> = {
  '31': '#ff7b72',
  '32': '#7ee787',
  '33': '#e3b341',
  '36': '#79c0ff',
  '2': '#8b949e',
  '90': '#8b949e',
};
const usual = '#e6edf3';

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A line with SGR codes as the parts of a text element. */
function spans(line: string): string {
  let colour = usual;
  const parts: string[] = [];
  // oxlint-disable-next-line no-control-regex -- that is how a terminal is coloured
  for (const [, codes, text = ''] of line.matchAll(/\u001B\[([\d;]*)m|([^\u001B]+)/g)) {
    if (codes === undefined) parts.push(`<tspan fill="${colour}">${escaped(text)}</tspan>`);
    else
      colour =
        codes
          .split(';')
          .map((code) => colours[code])
          .find(Boolean) ?? usual;
  }
  return parts.join('');
}

/** An SVG of what a terminal shows. */
export function picture(lines: readonly string[]): string {
  const height = lines.length * lineHeight + 2 * margin;
  const width = Math.ceil(columns * charWidth) + 2 * margin;
  const texts = lines.map(
    (line, at) =>
      `<text x="${margin}" y="${margin + (at + 1) * lineHeight - 5}" xml:space="preserve">${spans(line)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A plan of Trueup in a terminal">`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13">`,
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** What the command writes to a terminal that has colour. */
export function plan(): readonly string[] {
  const state = mkdtempSync(join(tmpdir(), 'trueup-picture-'));
  try {
    const words = ['plan', 'acme-barndoor', '--local', '--state', state];
    const shown = execFileSync(process.execPath, [resolve('lib/cli/main.ts'), ...words], {
      encoding: 'utf8',
      env: { ...process.env, FORCE_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const same = shown.replaceAll(/version [0-9a-f]{8}/g, 'version cd1d5696').trimEnd();
    return ['$ trueup plan acme-barndoor', ...same.split('\n')];
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, picture(plan()));
}
