/** So many attempts at least tell something of a connection. */
const attemptsAtLeast = 5;

/** Whether it is the connection that fails, and not its servers: more than half of at least five attempts transient. */
export function isDown(attempts: number, transient: number): boolean {
  return attempts >= attemptsAtLeast && transient > attempts / 2;
}
