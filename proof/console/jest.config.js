export default {
  rootDir: '../..',
  testMatch: ['<rootDir>/proof/console/**/*.browser.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/strip-transform.mjs' },
  testEnvironment: '<rootDir>/scripts/test-environment.mjs',
  // A hang is caught, and nothing else: a browser on a busy machine takes its time.
  testTimeout: 180_000,
};
