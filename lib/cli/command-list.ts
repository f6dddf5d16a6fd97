import { suggest } from '../desired/rules/suggest.ts';
import type { CommandEntry } from './command.ts';
import { isRepository } from './repository.ts';

/** All commands, in the order of `trueup --help`, which is the order of first use. */
export const commandList: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'writes a commented example of a declaration',
    load: async () => (await import('./commands/init/init.ts')).init,
  },
  {
    name: 'validate',
    summary: 'checks declarations, offline',
    load: async () => (await import('./commands/validate.ts')).validate,
  },
  {
    name: 'plan',
    alias: 'diff',
    summary: 'shows what a pass would do, and why; changes nothing',
    load: async () => (await import('./commands/plan.ts')).plan,
  },
  {
    name: 'apply',
    summary: 'shows the plan, asks for confirmation, and applies it',
    load: async () => (await import('./commands/apply/apply.ts')).apply,
  },
  {
    name: 'approve',
    summary: 'approves a plan that the guard holds, for unattended passes',
    load: async () => (await import('./commands/approve.ts')).approve,
  },
  {
    name: 'status',
    summary: 'shows servers by outcome, connections with their state',
    load: async () => (await import('./commands/status/status.ts')).status,
  },
  {
    name: 'console',
    summary: 'shows the fleet in a browser on this machine; read-only without --write',
    load: async () => (await import('./commands/console.ts')).consoleCommand,
  },
  {
    name: 'login',
    summary: 'signs in for a connection, in the browser',
    load: async () => (await import('./commands/login.ts')).login,
  },
  {
    name: 'import',
    summary: 'writes the YAML that declares the live servers of a connection',
    load: async () => (await import('./commands/import/import.ts')).importCommand,
  },
  {
    name: 'push',
    summary: 'writes declarations to the table of a deployment',
    load: async () => (await import('./commands/push/push.ts')).push,
  },
  {
    name: 'pull',
    summary: 'writes the declarations as YAML',
    load: async () => (await import('./commands/pull/pull.ts')).pull,
  },
  {
    name: 'reconcile',
    summary: 'requests a pass from the deployed functions, and waits for it',
    load: async () => (await import('./commands/reconcile/reconcile.ts')).reconcileCommand,
  },
  {
    name: 'retry',
    summary: 'retries failed and waiting servers at once',
    load: async () => (await import('./commands/retry.ts')).retry,
  },
  {
    name: 'watch',
    summary: 'runs passes from files, without AWS, until it is stopped',
    load: async () => (await import('./commands/watch/watch.ts')).watch,
  },
  {
    name: 'history',
    summary: 'shows what changed, when, by whom and why',
    load: async () => (await import('./commands/history/history.ts')).history,
  },
  {
    name: 'pause',
    summary: 'pauses changes of a connection or server',
    load: async () => (await import('./commands/pause.ts')).pause,
  },
  {
    name: 'resume',
    summary: 'ends a pause',
    load: async () => (await import('./commands/resume.ts')).resume,
  },
  {
    name: 'doctor',
    summary: 'checks the setup, and shows how to fix problems',
    load: async () => (await import('./commands/doctor/doctor.ts')).doctor,
  },
  {
    name: 'demo',
    summary: 'shows Trueup in an embedded world; `npm start` runs it',
    hidden: !isRepository,
    load: async () => (await import('./commands/demo.ts')).demoCommand,
  },
  {
    name: 'version',
    summary: 'shows its version',
    load: async () => (await import('./commands/version.ts')).versionCommand,
  },
];

/** Names of commands in other tools that are not similar to Trueup's. */
const otherWords: Readonly<Record<string, string>> = {
  check: 'validate',
  config: 'init',
  create: 'init',
  dashboard: 'console',
  daemon: 'watch',
  delete: 'push',
  deploy: 'apply',
  describe: 'status',
  download: 'pull',
  drift: 'plan',
  events: 'history',
  export: 'pull',
  get: 'status',
  health: 'doctor',
  lint: 'validate',
  list: 'status',
  log: 'history',
  logs: 'history',
  ls: 'status',
  preview: 'plan',
  run: 'reconcile',
  save: 'pull',
  show: 'status',
  signin: 'login',
  start: 'demo',
  stop: 'pause',
  sync: 'apply',
  test: 'validate',
  ui: 'console',
  unpause: 'resume',
  up: 'apply',
  update: 'apply',
  upload: 'push',
  web: 'console',
};

/** The command that was probably meant. */
export function meantCommand(word: string): string | undefined {
  const known = commandList.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  const other = otherWords[word.toLowerCase()];
  return other ?? suggest(word, [...known, 'diff', 'help']);
}
