/**
 * Maximum number of servers that a message or a pass may name. They are read one by one; for more, the list
 * is cheaper.
 */
export const namedAtMost = 10;
