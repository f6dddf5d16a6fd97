/**
 * A process that makes one pass over a connection and says how high its heap rose. It runs with `--expose-gc`: what is
 * measured is what is alive, never garbage that happened to lie about.
 */
import type { Settings } from '../functions/settings.ts';
import { KnownSecrets } from '../lib/secrets/known-secrets.ts';
import { wire, type WiringOptions } from '../lib/wiring.ts';
import type { ServerRecord } from '../lib/model/ledger.types.ts';
import type { Dependencies } from '../lib/pass/dependencies.types.ts';
import { listAll } from '../lib/pass/read/list.ts';
import { readAll } from '../lib/pass/read/live.ts';
import { readDesired } from '../lib/pass/read/desired.ts';
import { reconcile } from '../lib/pass/reconcile.ts';
import { silentLog } from './world/log.ts';
import { serve } from './world/protocol.ts';

export interface HeapSetup {
  readonly settings: Settings;
  readonly endpoints: NonNullable<WiringOptions['endpoints']>;
}

/** Bytes. */
export interface HeapFigures {
  /** Modules, clients and what a first pass warmed. */
  readonly before: number;
  /** What desired, ledger and live take, parsed, kept in memory, and nothing more. */
  readonly inputs: number;
  /** The highest of all samples during a pass. */
  readonly peak: number;
  readonly samples: number;
  /** Servers of the pass, all in sync. */
  readonly servers: number;
}

const { settings, endpoints } = JSON.parse(process.argv[2] ?? '') as HeapSetup;

/** Between two samples while the pass waits for answers. */
const everyMs = 5;
/** Samples in a row of servers that is worked without waiting. */
const samplesARow = 12;

function alive(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

class Sampler {
  peak = 0;
  samples = 0;
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.sample(), everyMs);
  }

  sample(): void {
    this.peak = Math.max(this.peak, alive());
    this.samples += 1;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

/** Samples as a pass looks servers up, which it does one after the other without waiting for anything. */
class SampledMap extends Map<string, ServerRecord> {
  readonly #sampler: Sampler;
  #looks = 0;

  constructor(entries: ReadonlyMap<string, ServerRecord>, sampler: Sampler) {
    super(entries);
    this.#sampler = sampler;
  }

  override get(id: string): ServerRecord | undefined {
    this.#looks += 1;
    if (this.#looks % Math.ceil(this.size / samplesARow) === 0) this.#sampler.sample();
    return super.get(id);
  }
}

function sampled(deps: Dependencies, sampler: Sampler): Dependencies {
  return {
    ...deps,
    ledger: {
      ...deps.ledger,
      read: async (connection, ids) => {
        const state = await deps.ledger.read(connection, ids);
        sampler.sample();
        return { ...state, servers: new SampledMap(state.servers, sampler) };
      },
      putReport: async (...report) => {
        sampler.sample();
        await deps.ledger.putReport(...report);
      },
    },
  };
}

async function inputsOf(deps: Dependencies, connection: string): Promise<object> {
  const [desired, ledger] = await Promise.all([
    readDesired(deps.desired, connection, undefined, deps),
    deps.ledger.read(connection),
  ]);
  if (!desired.ok) throw new Error(desired.why);
  const { provider, servers } = desired.desired;
  const [token] = await deps.secrets.values(connection, [{ secret: `trueup/${connection}/token` }]);
  if (!token?.found) throw new Error('no token');
  const session = provider.open(desired.desired.connection, {
    token: async () => token.value,
    admit: async () => undefined,
    calls: { list: 0, get: 0, put: 0 },
    known: new KnownSecrets(),
    signal: new AbortController().signal,
  });
  const ids = Promise.resolve({ ids: new Set(servers.keys()), namesakes: () => [] });
  const live = await readAll(session, await listAll(session, ids, { now: () => Date.now() }), {
    wanted: [...servers.keys()],
    existing: [...servers.keys()],
    isLifecycle: false,
    isMissing: () => false,
    isWaiting: async () => false,
    concurrency: 1,
    lacks: () => false,
    readAt: () => undefined,
    getsAtMost: 0,
  });
  return { desired, ledger, live };
}

async function pass(deps: Dependencies, connection: string): Promise<number> {
  const result = await reconcile({ connection, trigger: 'schedule' }, deps);
  if (result.kind !== 'done') throw new Error(result.kind);
  const { counts, servers } = result.report;
  if (counts.assumed + counts.inSync !== servers) throw new Error(JSON.stringify(counts));
  return servers;
}

const handlers = {
  measure: async ({ connection, warm }: { connection: string; warm: string }) => {
    const deps = wire(settings, silentLog, { endpoints });
    await pass(deps, warm);
    const before = alive();
    let held: object | undefined = await inputsOf(deps, connection);
    const inputs = alive() - before;
    // Alive until here.
    if (Object.keys(held).length === 0) throw new Error('nothing was read');
    held = undefined;
    alive();
    const sampler = new Sampler();
    const servers = await pass(sampled(deps, sampler), connection);
    sampler.end();
    const { peak, samples } = sampler;
    return { before, inputs, peak, samples, servers } satisfies HeapFigures;
  },
};

export type HeapHandlers = typeof handlers;

serve(handlers);
