import { expect, test } from '@jest/globals';
import { versionWarning } from '../../../lib/cli/targets/stack/stack-version.ts';
import { version } from '../../../lib/cli/version.ts';
import { startStack } from '../../support/stack.ts';
import { startWorld } from '../../support/world.ts';
import { onTables, trueup } from '../run.ts';

test('a stack of the same version is no warning', () => {
  expect(versionWarning('Trueup', '1.2.3', '1.2.3')).toBeUndefined();
  expect(versionWarning('Trueup', version())).toBeUndefined();
});

test('a stack of another version, or of one before stacks said theirs, is named with both', () => {
  expect(versionWarning('Trueup', '1.3.0', '1.2.3')).toBe(
    'stack Trueup was deployed by version 1.3.0 of Trueup, and this is 1.2.3: deploy the stack again with this version, or use that version',
  );
  expect(versionWarning('Trueup', undefined, '1.2.3')).toContain('by an older version of Trueup');
});

test('a command line of another version than the stack warns, and continues', async () => {
  const world = await startWorld();
  const stack = await startStack(world, '99.0.0');
  try {
    await world.declareConnection();
    const { options } = onTables(world, world.clock);
    const { code, stderr } = await trueup(['status', '--stack', stack.name], options);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      `warning: stack ${stack.name} was deployed by version 99.0.0 of Trueup, and this is ${version()}`,
    );
    expect(code).toBe(0);
  } finally {
    await stack.close();
    await world.close();
  }
});
