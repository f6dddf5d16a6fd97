/** The rooms of docs/architecture.md and what each may do; scripts/check-imports.ts checks the code against them. */

export interface Room {
  readonly path: string;
  /** Other rooms on the same floor that it may import. */
  readonly beside?: readonly string[];
  /** No clock, files or network: it imports zod/mini, hashing and pure rooms only. */
  readonly isPure?: true;
}

/** From the ground up. A room imports itself, rooms on lower floors and those that are named beside it. */
export const floors: readonly (readonly Room[])[] = [
  [{ path: 'lib/model', isPure: true }],
  [
    { path: 'lib/lifecycle', isPure: true },
    { path: 'lib/plan', isPure: true, beside: ['lib/lifecycle'] },
    { path: 'lib/desired/rules', isPure: true },
    { path: 'lib/table' },
  ],
  [
    { path: 'lib/desired' },
    { path: 'lib/ledger' },
    { path: 'lib/lease', beside: ['lib/work'] },
    { path: 'lib/secrets' },
    {
      path: 'lib/sign-in',
      beside: [
        'lib/gateways/http',
        'lib/gateways/provider.ts',
        'lib/ledger',
        'lib/lease',
        'lib/secrets',
        'lib/work',
      ],
    },
    { path: 'lib/gateways', beside: ['lib/secrets'] },
    { path: 'lib/work' },
  ],
  [{ path: 'lib/pass' }],
  [{ path: 'lib/wiring.ts' }],
  [
    { path: 'lib/cli', beside: ['demo', 'lib/console'] },
    { path: 'lib/console' },
    { path: 'functions' },
    { path: 'demo', beside: ['functions'] },
  ],
];

export interface RoomApart {
  readonly path: string;
  /** Rooms that may import it. */
  readonly from: readonly string[];
  /** Files that it may import. */
  readonly beside?: readonly string[];
}

/** Rooms that import no other room, and that no room imports, but what is named. */
export const apart: readonly RoomApart[] = [
  { path: 'lib/infra', from: [], beside: ['lib/gateways/names.ts'] },
  { path: 'lib/local', from: ['demo'] },
];

export interface PackageRule {
  readonly name: RegExp;
  readonly rooms: readonly string[];
  readonly why: string;
}

/** Packages that only some rooms may import. */
export const packages: readonly PackageRule[] = [
  {
    name: /^@(aws-sdk|smithy)\//,
    rooms: ['lib/table', 'lib/secrets', 'lib/sign-in', 'lib/work', 'lib/cli/targets/stack'],
    why: 'it is an AWS client',
  },
  {
    name: /^(ky|undici|oauth4webapi)$/,
    rooms: ['lib/gateways', 'lib/sign-in'],
    why: 'it sends HTTP',
  },
  { name: /^(@middy|@aws-lambda-powertools)\//, rooms: ['functions'], why: 'it is for handlers' },
  {
    name: /^(aws-cdk-lib|constructs|cdk-nag|esbuild)\b/,
    rooms: ['lib/infra'],
    why: 'it is for deployments',
  },
  {
    name: /^(dynalite|openapi-backend)$/,
    rooms: ['lib/local'],
    why: 'it is for the embedded world',
  },
  { name: /^hono\b/, rooms: ['lib/console'], why: 'it is for the console' },
  { name: /^commander$/, rooms: ['lib/cli'], why: 'it is for the command line' },
];

/** Who may send HTTP with what Node has: `request` and `Agent` of node:http(s), `fetch`. */
export const sendsHttp: readonly string[] = [
  'lib/gateways',
  'lib/sign-in',
  'lib/local',
  // Of the browser, to the console itself.
  'lib/console/assets',
];

/** Who may read process.env: the settings of each composition root. */
export const readsEnvironment =
  /^(lib\/(cli|console)|functions(\/runtime)?)\/settings\.ts$|^lib\/infra\/app\.ts$/;
