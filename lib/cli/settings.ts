/** A variable of the environment that the command line reads. */
export interface Variable {
  readonly name: string;
  /** What it is for, for `--help` and the page of all variables. */
  readonly meaning: string;
  /** What is used without it. */
  readonly usual?: string;
}

/** What is used where neither an option nor a variable names it. */
export const defaults = {
  file: 'trueup.yaml',
  state: '.trueup',
  secrets: 'secrets.json',
  secretPrefix: 'trueup',
  fingerprintSecret: 'trueup-fingerprint-key',
} as const;

/** Each variable that `readCliSettings` reads, once; AWS's own variables are the SDK's affair. */
export const variables: readonly Variable[] = [
  {
    name: 'TRUEUP_FILE',
    meaning: 'as --file: a file or folder of declarations',
    usual: `\`${defaults.file}\` of this folder`,
  },
  { name: 'TRUEUP_STACK', meaning: 'as --stack: the name of a deployed stack' },
  {
    name: 'TRUEUP_STATE',
    meaning: 'as --state: the folder of the ledger, with files',
    usual: `\`${defaults.state}\``,
  },
  {
    name: 'TRUEUP_SECRETS',
    meaning: 'as --secrets: the file of the secrets, with files',
    usual: `\`${defaults.secrets}\` beside the declarations`,
  },
  {
    name: 'TRUEUP_SECRET_<NAME>',
    meaning: 'with files: one secret; trueup/acme/a-b is in TRUEUP_SECRET_ACME_A_B',
  },
  {
    name: 'TRUEUP_SECRET_PREFIX',
    meaning: 'without a stack: what the names of secrets begin with',
    usual: `\`${defaults.secretPrefix}\``,
  },
  {
    name: 'TRUEUP_ALLOWED_HOSTS',
    meaning:
      'without a stack: hosts that credentials may go to, as PROVIDER=HOST[:PORT], separated by commas',
    usual: "with files the gateways' documented hosts",
  },
  {
    name: 'TRUEUP_FINGERPRINT_SECRET',
    meaning: 'with tables and no stack: the secret of the fingerprint key',
    usual: `\`${defaults.fingerprintSecret}\``,
  },
  { name: 'NO_COLOR', meaning: 'no colour, also in a terminal' },
  { name: 'FORCE_COLOR', meaning: 'colour outside a terminal; 0 is the same as NO_COLOR' },
  { name: 'TERM', meaning: 'dumb: neither colour nor a line of progress' },
  { name: 'CI', meaning: 'opens no browser; apply with files needs a ledger, or --adopt' },
  {
    name: 'GITHUB_ACTOR, USER, USERNAME',
    meaning: 'the first that is set is the person in the history',
  },
];

/** What the command line reads from its environment. */
export interface CliSettings {
  /** `TRUEUP_FILE`, `TRUEUP_STACK`: the target, where no option names one. */
  readonly file: string | undefined;
  readonly stack: string | undefined;
  /** `TRUEUP_STATE`, `TRUEUP_SECRETS`: as the options of these names. */
  readonly state: string | undefined;
  readonly secrets: string | undefined;
  /** `NO_COLOR`, or `FORCE_COLOR=0`: no colour, whatever the terminal. */
  readonly noColor: boolean;
  /** `FORCE_COLOR`: colour in pipes too; comes before `NO_COLOR`. */
  readonly forceColor: boolean;
  /** `TERM=dumb`: a terminal that knows neither colours nor lines that change. */
  readonly dumbTerminal: boolean;
  /** `CI`: questions cannot be answered. */
  readonly ci: boolean;
  /** `TRUEUP_SECRET_...`: secrets without a file, by the variable's whole name. */
  readonly secretVariables: Readonly<Record<string, string>>;
  /** `TRUEUP_SECRET_PREFIX`: first part of the names of secrets, where no stack says it. */
  readonly secretPrefix: string;
  /** `TRUEUP_ALLOWED_HOSTS`, where no stack says it: `provider=host[:port]`, separated by commas. */
  readonly allowedHosts: string;
  /** `TRUEUP_FINGERPRINT_SECRET`, where no stack says it. */
  readonly fingerprintSecret: string;
  /** Who this is, for the record: `USER`, or what a CI says. */
  readonly user: string | undefined;
}

const prefixVariable = 'TRUEUP_SECRET_PREFIX';

/** Reads the settings of the command line. */
export function readCliSettings(environment: NodeJS.ProcessEnv = process.env): CliSettings {
  const text = (name: string) => environment[name] || undefined;
  const isOn = (name: string) => !['', '0', 'false'].includes(environment[name] ?? '');
  const secrets = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[0].startsWith('TRUEUP_SECRET_') &&
      entry[0] !== prefixVariable &&
      entry[1] !== undefined,
  );
  return {
    file: text('TRUEUP_FILE'),
    stack: text('TRUEUP_STACK'),
    state: text('TRUEUP_STATE'),
    secrets: text('TRUEUP_SECRETS'),
    noColor: text('NO_COLOR') !== undefined || ['0', 'false'].includes(text('FORCE_COLOR') ?? ''),
    forceColor: isOn('FORCE_COLOR'),
    dumbTerminal: text('TERM') === 'dumb',
    ci: isOn('CI'),
    secretVariables: Object.fromEntries(secrets),
    secretPrefix: text(prefixVariable) ?? defaults.secretPrefix,
    allowedHosts: text('TRUEUP_ALLOWED_HOSTS') ?? '',
    fingerprintSecret: text('TRUEUP_FINGERPRINT_SECRET') ?? defaults.fingerprintSecret,
    user: text('GITHUB_ACTOR') ?? text('USER') ?? text('USERNAME'),
  };
}
