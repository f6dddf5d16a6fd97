import { installContextForge } from './install.ts';

/** Before all tests: two workers must not install it at the same time. */
export default function setup(): void {
  installContextForge();
}
