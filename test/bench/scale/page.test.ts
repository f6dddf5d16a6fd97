import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { format } from 'prettier';
import { millionsOf } from '../../../bench/scale/page/million.ts';
import { renderPage } from '../../../bench/scale/page/page.ts';
import { plotsOf } from '../../../bench/scale/page/plots.ts';
import { quotas } from '../../../bench/scale/page/quotas.ts';
import { targetsOf } from '../../../bench/scale/page/targets.ts';
import type { Results } from '../../../bench/scale/results.types.ts';

const results = JSON.parse(
  readFileSync(new URL('results.json', import.meta.url), 'utf8'),
) as Results;

describe('the page of a result', () => {
  const page = renderPage(results);

  test('begins with machine, date and commit, and with what misses its target', () => {
    const missed = targetsOf(results).filter(({ met }) => met === false);
    expect(missed.map(({ what }) => what)).toEqual(['a sweep in real time, to virtual time']);
    expect(page).toMatch(/Trueup 0\.2\.0 \(abc1234\), Node v24\.\d+\.\d+, 2026-11-29; a machine/);
    expect(page).toContain('5 of 6 targets met.\n\nNot met:\n\n- a sweep in real time');
  });

  test('has no figure that is not a number', () => {
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  test('names each latency and each need of a quota with its basis', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('|'));
    expect(rows.filter((line) => /\| (published|assumed) \|/.test(line))).toHaveLength(5);
    for (const { needs } of millionsOf(results)) {
      for (const { what, basis } of needs) {
        expect(basis).toMatch(/^(computed|measured|assumed)/);
        expect(page).toContain(what);
      }
    }
  });

  test('shows the pictures that are made with it, and links to nothing else of its own', () => {
    const shown = [...page.matchAll(/!\[[^\]]+\]\(scale\/([^)]+)\)/g)].map(([, name]) => name);
    expect(new Set(shown)).toEqual(new Set(Object.keys(plotsOf(results))));
  });
});

test('a million servers in small connections ask too much of ListSecrets first, and in large ones of nothing', () => {
  const [small, large] = millionsOf(results);
  const always = (needs: typeof small) =>
    needs?.needs.filter(({ onlyWith }) => onlyWith === undefined) ?? [];
  expect(always(small)[0]).toMatchObject({ quota: 'listSecrets' });
  expect(always(small)[0]?.share).toBeCloseTo(50_000 / 300 / quotas.listSecrets.limit, 1);
  expect(always(large).filter(({ share }) => share > 1)).toEqual([]);
});

describe('the plots of a result', () => {
  test.each(Object.entries(plotsOf(results)))('%s is a picture with a title', (_name, svg) => {
    expect(svg).toMatch(/^<svg [^>]+ role="img" aria-label="[^"]+"/);
    expect(svg).toContain('<title>');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

test('the page and the pictures in docs are those of the results in docs', async () => {
  const file = 'docs/scale/results.json';
  const own = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined;
  const page = await format(renderPage(own), { parser: 'markdown' });
  expect(readFileSync('docs/scale.md', 'utf8')).toBe(page);
  for (const [name, svg] of Object.entries(own ? plotsOf(own) : {})) {
    expect(readFileSync(`docs/scale/${name}`, 'utf8')).toBe(svg);
  }
});
