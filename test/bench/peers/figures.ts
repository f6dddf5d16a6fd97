import type { Figure, Figures } from '../../../bench/peers/figures.ts';

const figure = (wallMs: number, calls: Figure['calls'], shown = 0): Figure => ({
  runs: [wallMs - 10, wallMs, wallMs + 30].map((ms) => ({
    wallMs: ms,
    cpuMs: ms / 2,
    peakBytes: 100e6,
  })),
  calls,
  shown,
});

/** What a run over 100 servers may find: every target is met. */
export const figures: Figures = {
  at: '2026-11-29T12:00:00.000Z',
  commit: '0123456789',
  node: 'v24.21.0',
  go: 'go1.26.8',
  machine: { processor: 'Any', processors: 2, memoryBytes: 2 ** 33, load: 0.1 },
  latencyMs: 50,
  slowMs: 60_000,
  tookMs: 600_000,
  tools: { bare: 'Bare process', trueup: 'Trueup 0.1.0', opentofu: 'OpenTofu' },
  fleets: [
    {
      servers: 100,
      changed: 10,
      runs: 3,
      scenarios: {
        inSync: {
          bare: figure(400, { list: 1, Query: 2, ListSecrets: 2 }),
          trueup: figure(600, { list: 1, Query: 2, ListSecrets: 2, GetItem: 3 }),
          opentofu: figure(3000, { get: 200 }),
        },
        drifted: {
          trueup: figure(900, { list: 2, put: 10 }, 10),
          opentofu: figure(3000, { get: 200 }),
        },
        rotated: {
          trueup: figure(900, { list: 2, put: 10 }, 10),
          opentofu: figure(3000, { get: 200 }),
        },
      },
      secretsSent: { trueup: { rotated: 10 }, opentofu: { rotated: 0 } },
      profile: [
        ['zod', 60],
        ['lib/plan', 39.5],
        ['ky', 0.5],
      ],
    },
  ],
};
