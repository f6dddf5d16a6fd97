import base from '../../jest.config.js';

export default { ...base, testMatch: ['<rootDir>/proof/processes/*.processes.ts'] };
