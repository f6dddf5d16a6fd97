import { alarms } from './chapters/alarms.ts';
import { commandLine } from './chapters/command-line.ts';
import { deploy } from './chapters/deploy.ts';
import { failures } from './chapters/failures.ts';
import { redeployment } from './chapters/redeployment.ts';
import { removal } from './chapters/removal.ts';
import { rotation } from './chapters/rotation.ts';
import { rows } from './chapters/rows.ts';
import { secondStack, stackOnKeptTables } from './chapters/second-stack.ts';
import type { Outputs } from './deployment.ts';
import { stackName, type Scene } from './scene.ts';

/** Not tried on the emulator, each with what the emulator lacks. */
const notThere = {
  'TTL and point-in-time recovery of the tables':
    "the emulator's CloudFormation leaves both out; test/infra/data/tables.test.ts names them",
  "four of the stack's permissions and policies as they are":
    'scripts/e2e/app.ts adapts them, and says what the emulator does otherwise',
  'metrics out of the log, and the time that an alarm waits':
    'the emulator makes no metrics of logs and looks at an alarm only when a metric comes; a step puts them as CloudWatch would',
  "the stream's retries, bisecting, batch item failures and destination":
    'its mapping tries a batch that failed again and again, as a whole; test/infra/functions/triggers.test.ts names all four',
  'X-Ray, KMS and the cost': 'the emulator has none of them in earnest',
};

/** From an empty account to tables that outlive their stack. */
export async function playScenario(setting: Omit<Scene, 'deploy' | 'output'>): Promise<void> {
  let outputs: Outputs = {};
  const scene: Scene = {
    ...setting,
    output: (name) => outputs[name] ?? '',
    deploy: async (settings, others = {}) => {
      const found = await setting.deployment.deploy({ [stackName]: settings, ...others });
      outputs = found[stackName] ?? {};
      const { OperatorRoleArn: operator = '', NobodyRoleArn: nobody = '' } = outputs;
      setting.trueup.assume({ operator, nobody });
      return found;
    },
  };
  const { barndoor, laptopVendor, signedInVendor, fleetVendor, issuer } = setting;
  const parties = [barndoor, laptopVendor, signedInVendor, fleetVendor, issuer];
  const settings = {
    allowedHosts: { barndoor: parties.map(({ url }) => new URL(url).host) },
    failingForMinutes: 1,
  };

  // Rarely scheduled at first, so that what is seen is the stream's and the queue's work.
  if (!(await deploy(scene, { ...settings, scheduleMinutes: 480 }))) return;
  await rows(scene);
  await rotation(scene);
  await commandLine(scene);
  await redeployment(scene, settings);
  await alarms(scene);
  await failures(scene, settings);
  await secondStack(scene, settings);
  await removal(scene);
  await stackOnKeptTables(scene, settings);
  for (const [what, why] of Object.entries(notThere)) setting.steps.skip(what, why);
}
