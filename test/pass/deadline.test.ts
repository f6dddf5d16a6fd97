import { test } from '@jest/globals';
import { madeByContinuations } from './support/continuations.ts';

test('100 approved changes are made by continuations, each once, and each function ends in time', () =>
  madeByContinuations(100));
