/**
 * In the place of `node:http` in the packed command line. An ES module that imports the original is shown all that is in it,
 * which wakes Node's own fetch: a third of what a command loads, at a moment when nothing else is under way. By its short
 * name: the long one would be this file itself.
 */
module.exports = require('http');
