// Preloaded into every process of a synthesis: connections out of this process are recorded, and refused.
'use strict';
const { appendFileSync } = require('node:fs');
const dgram = require('node:dgram');
const dns = require('node:dns');
const net = require('node:net');

function refuse(what) {
  appendFileSync(process.env.TRUEUP_CONNECTIONS, `${what}\n`);
  throw new Error(`no network here: ${what}`);
}

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function connectLocally(...parameters) {
  const [options] = Array.isArray(parameters[0]) ? parameters[0] : parameters;
  const isPipe = typeof options === 'string' || typeof options?.path === 'string';
  if (!isPipe) refuse(`connect ${options?.host ?? options} ${options?.port ?? ''}`);
  return connect.apply(this, parameters);
};
dns.lookup = (name) => refuse(`lookup ${name}`);
dns.promises.lookup = async (name) => refuse(`lookup ${name}`);
dgram.Socket.prototype.send = () => refuse('datagram');
