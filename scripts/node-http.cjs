/**
 * Replaces `node:http` in the packed command line. For an ES module that imports the original, Node evaluates all of its
 * exports, which loads Node's own fetch: a third of what a command loads, while no request is under way. It is required by its
 * short name, because the long one resolves to this file.
 */
module.exports = require('http');
