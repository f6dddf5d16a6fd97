import { test } from '@jest/globals';
import { madeByContinuations } from '../../test/pass/support/continuations.ts';

test('1,000 approved changes are made by continuations, each once, and each function ends in time', () =>
  madeByContinuations(1000));
