import { resolve } from 'node:path';

// Processes that tests start find the sources stripped of their types and compiled.
process.env.NODE_COMPILE_CACHE ??= resolve(import.meta.dirname, 'node_modules/.cache/compile');

// Test files that one process runs share its modules, as they would in production: what a test changes beyond its own objects, it
// changes back. docs/decisions/0017 says what that saves.
export default {
  rootDir: import.meta.dirname,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  runner: 'jest-light-runner/child-process',
  setupFiles: ['<rootDir>/scripts/test-setup.ts'],
};
