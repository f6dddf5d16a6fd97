import { expect, test } from '@jest/globals';
import { compare } from '../../bench/peers/compare.ts';
import { callsTo } from '../../bench/peers/figures.ts';

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux(
  'Trueup beside the bare process over 20 servers: the same reads, and each change is sent once',
  async () => {
    const options = { fleets: [{ servers: 20, runs: 1 }], latencyMs: 0, slowMs: 60_000, peers: [] };
    const { tools, fleets } = await compare(options);
    expect(Object.keys(tools).toSorted()).toEqual(['bare', 'trueup']);
    const [{ scenarios, secretsSent, profile = [] }] = fleets as [(typeof fleets)[number]];
    const { inSync, declared, drifted, rotated } = scenarios;
    expect(inSync?.['bare']?.calls).toMatchObject({ list: 1, Query: 2 });
    expect(inSync?.['trueup']).toMatchObject({ calls: { list: 1, Query: 2 }, shown: 0 });
    for (const scenario of [declared, drifted, rotated]) {
      expect(scenario?.['trueup']?.shown).toBe(2);
      expect(callsTo(true, scenario?.['trueup']?.calls ?? {})).toEqual({ list: 2, put: 2 });
    }
    expect(secretsSent).toEqual({ trueup: { rotated: 2 } });
    expect(profile.map(([place]) => place)).toContain('lib/pass');
  },
  120_000,
);
