/** As many servers as a message or a pass may name: they are read one by one; beyond, the list is cheaper. */
export const namedAtMost = 10;
