import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandList } from '../../../lib/cli/command-list.ts';
import { serverId, stackName, token, type Scene } from '../scene.ts';
import { check, eventually } from '../steps.ts';
import type { Hearing, Run, WriteFile } from './command.types.ts';
import { signsIn } from './sign-in.ts';

const laptop = 'laptop';

/** Why a command is not run against the stack. */
const unrun: Readonly<Record<string, string>> = {
  init: 'works on files alone',
  demo: 'is an embedded world of its own',
  version: 'works on nothing',
  watch: 'runs passes from files, where there is no stack',
};

interface Declaration {
  readonly connection: string;
  readonly servers: { id: string; spec: { name: string }; policy?: { mode: string } }[];
}

/** What a person does with `trueup --stack` and only the operator policy. */
export async function commandLine(scene: Scene): Promise<void> {
  const { steps, trueup } = scene;
  const used = new Set<string>();
  const stack = ['--stack', stackName];
  const write: WriteFile = (name, content) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(join(trueup.folder, name), text);
  };
  const hearing: Hearing = (heard, expected, command, ...parameters) => {
    used.add(command);
    // It works only on files.
    const target = command === 'validate' ? [] : stack;
    return trueup.as('operator', expected, [command, ...parameters, ...target], heard);
  };
  const run: Run = (...parameters) => hearing(() => undefined, ...parameters);
  const { step } = steps;
  await step(
    'trueup without the operator policy is denied, and says which policy it is',
    async () => {
      const { stderr } = await trueup.as('nobody', 1, ['status', ...stack]);
      check(/DescribeStacks.*OperatorPolicyArn/s.test(stderr), stderr);
    },
  );
  await step('trueup validate, push, doctor: a connection is declared', () =>
    declares(scene, run, write),
  );
  await step('trueup import, push, reconcile, plan, pull: adopted, and nothing to change', () =>
    adopts(run, write),
  );
  await step('trueup pause, status, resume, reconcile, history: one server is left alone', () =>
    pauses(scene, run, write),
  );
  await step('trueup plan, apply: a person sends what mode report only shows', () =>
    applies(scene, run, write),
  );
  await step('trueup retry: what failed is tried again at once, by the functions', () =>
    retries(scene, run, write),
  );
  await step('trueup reconcile, approve: a held plan is approved, and the functions send it', () =>
    approves(scene, run, write),
  );
  await step('trueup console: it starts with the operator policy, and ends by itself', () =>
    run(0, 'console', '--no-browser', '--idle', '1s').then(() => undefined),
  );
  await step('trueup login: a person signs in, and the functions renew the token', () =>
    signsIn(scene, { run, hearing, write }),
  );
  for (const { name } of commandList.filter((one) => !used.has(one.name))) {
    const why = unrun[name];
    if (why === undefined) {
      // oxlint-disable-next-line no-await-in-loop -- one line each
      await step(`trueup ${name}`, () => check(false, 'it is run here, or skipped with a reason'));
    } else {
      steps.skip(`trueup ${name} --stack`, why);
    }
  }
}

async function declares({ aws, laptopVendor }: Scene, run: Run, write: WriteFile): Promise<void> {
  await aws.createSecret(`trueup/${laptop}/token`, token);
  const own = { connection: laptop, provider: 'barndoor', baseUrl: laptopVendor.url };
  const auth = { type: 'bearer', token: { secret: `trueup/${laptop}/token` } };
  write('connection.json', { ...own, auth, policy: { mode: 'correct' } });
  await run(0, 'validate', 'connection.json');
  const { stderr } = await run(0, 'push', 'connection.json');
  check(stderr.includes('1 added'), stderr);
  const { stdout } = await run(0, 'doctor', laptop);
  check(stdout.includes('12 servers on the first page'), stdout);
}

async function adopts(run: Run, write: WriteFile): Promise<void> {
  write('imported.yaml', (await run(0, 'import', laptop)).stdout);
  await run(0, 'validate', 'imported.yaml');
  const pushed = await run(0, 'push', 'imported.yaml');
  check(pushed.stderr.includes('12 added'), pushed.stderr);
  const { stdout: report } = await run(0, 'reconcile', laptop, '-o', 'json');
  const { reports } = JSON.parse(report) as { reports: { servers: number; trigger: string }[] };
  const [pass] = reports;
  check(pass?.servers === 12 && pass.trigger === 'queue', `a pass of the queue's: ${report}`);
  const plan = await run(0, 'plan', laptop, '--detailed-exitcode');
  check(plan.stdout.includes('12 in sync'), plan.stdout);
  write('pulled.yaml', (await run(0, 'pull', laptop)).stdout);
  const again = await run(0, 'push', 'pulled.yaml');
  check(again.stderr.includes('Nothing to push'), again.stderr);
}

async function pauses(scene: Scene, run: Run, write: WriteFile): Promise<void> {
  const { laptopVendor } = scene;
  const [id, name] = [serverId(3), 'While it was paused'];
  await run(0, 'pause', `${laptop}/before-3`, '--reason', 'under investigation');
  await edit(run, write, (servers) =>
    servers.map((one) => (one.id === id ? { ...one, spec: { ...one.spec, name } } : one)),
  );
  await run(0, 'reconcile', laptop);
  check(laptopVendor.find(id).name === 'Before 3', 'nothing was sent while it was paused');
  const status = await run(0, 'status', laptop);
  check(/before-3: paused.*under investigation/s.test(status.stdout), status.stdout);
  await run(0, 'resume', `${laptop}/before-3`);
  await run(0, 'reconcile', laptop);
  check(laptopVendor.find(id).name === name, 'it was sent afterwards');
  const { stdout: history } = await run(0, 'history', `${laptop}/before-3`);
  check(history.includes('by queue') && history.includes(`"${name}"`), history);
}

async function applies(scene: Scene, run: Run, write: WriteFile): Promise<void> {
  const { laptopVendor } = scene;
  const [id, name] = [serverId(4), 'By hand'];
  const policy = { mode: 'report' };
  await edit(run, write, (servers) =>
    servers.map((one) => (one.id === id ? { ...one, policy, spec: { ...one.spec, name } } : one)),
  );
  await run(0, 'reconcile', laptop);
  check(laptopVendor.find(id).name === 'Before 4', 'no function sends it');
  const plan = await run(2, 'plan', laptop, '--detailed-exitcode');
  check(plan.stdout.includes(`"${name}"`), plan.stdout);
  await run(0, 'apply', laptop, '-y');
  check(laptopVendor.find(id).name === 'Before 4', '-y leaves mode report alone');
  await run(0, 'apply', laptop, '-y', '--include-report');
  check(laptopVendor.find(id).name === name, 'it was sent');
  const { stdout: history } = await run(0, 'history', `${laptop}/before-4`);
  check(history.includes('(apply), pass'), history);
}

async function retries(scene: Scene, run: Run, write: WriteFile): Promise<void> {
  const { laptopVendor } = scene;
  const [id, name] = [serverId(5), 'Once it is permitted'];
  const permit = laptopVendor.misbehave({
    operation: 'put',
    id,
    effect: { kind: 'status', status: 403 },
  });
  await edit(run, write, (servers) =>
    servers.map((one) => (one.id === id ? { ...one, spec: { ...one.spec, name } } : one)),
  );
  await run(1, 'reconcile', laptop);
  permit();
  check(laptopVendor.find(id).name === 'Before 5', 'it was not permitted');
  const { stdout: plan } = await run(0, 'plan', laptop);
  check(plan.includes('trueup retry'), `it says what tries it at once: ${plan}`);
  await run(0, 'retry', `${laptop}/before-5`);
  await eventually('the new name at the vendor', async () =>
    laptopVendor.find(id).name === name ? true : undefined,
  );
}

async function approves(scene: Scene, run: Run, write: WriteFile): Promise<void> {
  const { laptopVendor } = scene;
  const renamed = () => laptopVendor.servers.filter(({ name }) => name.startsWith('Renamed'));
  await edit(run, write, (servers) =>
    servers.map(({ id, spec }, n) => ({ id, spec: { ...spec, name: `Renamed ${n}` } })),
  );
  const { stdout: report } = await run(4, 'reconcile', laptop, '-o', 'json');
  const { reports } = JSON.parse(report) as { reports: { held?: string }[] };
  const digest = reports[0]?.held ?? '';
  check(digest !== '', `something is held: ${report}`);
  check(renamed().length < 12, 'not all was sent');
  await run(0, 'approve', laptop, digest.slice(0, 12), '-y');
  await eventually('all new names at the vendor', async () => {
    await run(0, 'reconcile', laptop);
    return renamed().length === 12 ? true : undefined;
  });
}

/** Changes what is declared: pull, edit, push. */
async function edit(
  run: Run,
  write: WriteFile,
  change: (servers: Declaration['servers']) => Declaration['servers'],
): Promise<void> {
  const { stdout } = await run(0, 'pull', laptop, '-o', 'json');
  const declared = JSON.parse(stdout) as Declaration | Declaration[];
  const [one] = [declared].flat();
  check(one !== undefined, `a declaration: ${stdout}`);
  write('edited.json', { ...one, servers: change(one.servers) });
  await run(0, 'push', 'edited.json');
}
