import { test } from '@jest/globals';
import { renewedFor } from '../../test/sign-in/days-of-refresh.ts';

test(
  'a refresh token is renewed for three days, each time saved, and no secret is written',
  () => renewedFor(72),
  600_000,
);
