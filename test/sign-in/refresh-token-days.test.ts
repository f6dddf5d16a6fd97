import { test } from '@jest/globals';
import { renewedFor } from './days-of-refresh.ts';

test('a refresh token is renewed for two hours, each time saved, and no secret is written', () =>
  renewedFor(2));
