import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { format } from 'prettier';
import type { Figures } from '../../../bench/peers/figures.ts';
import { renderBenchmark } from '../../../bench/peers/render.ts';
import { targets } from '../../../bench/peers/targets.ts';
import { figures } from './figures.ts';

const rendered = (of: Figures) => format(renderBenchmark(of), { parser: 'markdown' });

test('docs/benchmark.md is rendered from bench/results/benchmark.json', async () => {
  const found = JSON.parse(await readFile('bench/results/benchmark.json', 'utf8')) as Figures;
  expect(await readFile('docs/benchmark.md', 'utf8')).toBe(await rendered(found));
});

describe('the page', () => {
  test('shows medians, and ratios to Trueup', async () => {
    const page = (await rendered(figures)).replaceAll(/ +/g, ' ');
    expect(page).toContain('| wall time | 0.40 s, 0.67 × | 0.60 s | 3.00 s, 5.00 × |');
    expect(page).toContain('| fastest and slowest run | 0.39 s to 0.43 s |');
    expect(page).toContain('| new secrets at the gateway | 10 | 0 |');
    expect(page).toContain('| zod | 60 ms, 60% |');
    expect(page).toContain('| all others | 1 ms, 1% |');
  });

  test('names every target at the top, and none as missed if all are met', async () => {
    const page = await rendered(figures);
    expect(page).toContain('**7 of 7 targets met.**');
    expect(page).not.toContain('Not met:');
    expect(page).not.toContain('**The machine was busy**');
  });

  test('names what missed its target, and where the time goes', async () => {
    const slow = structuredClone(figures) as { fleets: { scenarios: object }[] } & Figures;
    const { inSync } = figures.fleets[0]?.scenarios ?? {};
    Object.assign(slow.fleets[0]?.scenarios ?? {}, {
      inSync: { ...inSync, trueup: inSync?.['opentofu'] },
    });
    const page = await rendered(slow);
    expect(page).toContain('- wall time, 100 servers: 7.50 ×, target ≤ 2.5 ×');
    expect(page).toContain('zod 60%, lib/plan 40%');
  });

  test('says that the machine was busy', async () => {
    const busy = { ...figures, machine: { ...figures.machine, load: 2.5 } };
    expect(await rendered(busy)).toContain('**The machine was busy**');
  });
});

test('a list call more than the bare process makes misses the target', () => {
  const changed = structuredClone(figures);
  const calls = changed.fleets[0]?.scenarios.inSync?.['trueup']?.calls as Record<string, number>;
  calls['list'] = 2;
  expect(targets(changed).filter(({ met }) => !met)).toEqual([
    expect.objectContaining({ value: 'list 2, Query 2, ListSecrets 2' }),
  ]);
});
