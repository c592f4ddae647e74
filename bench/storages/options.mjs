import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PROTOCOLS } from './contenders.mjs';

export const HELP = `Usage: node_modules/.bin/node bench/storages.mjs [options]

Puts and gets objects over the loopback with Firn's storage drivers and with the usual command-line clients, in turn.

Options:
  --quick             8 objects of 8 MiB, one round: shows that all works, not how fast it is
  --only PROTOCOL,... only these of ${PROTOCOLS.join(', ')} (default all)
  --rounds N          rounds in which the clients take turns (default 5)
  --objects N         objects in a round (default 16)
  --size MIB          size of each object (default 64)
  --at-once N         transfers at the same time (default 4)
  --directory DIR     where servers and objects are; needs room for the objects three times (default ${os.tmpdir()})
  --json FILE         write every single figure to this file
  --markdown          print tables for a page
  --force             measure also when the machine is busy
  -h, --help          print help
`;

/** The options in full; throws a message for people when one is wrong. */
export function readOptions(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const { values } = parseArgs({
    args,
    options: {
      ...{ quick: flag, force: flag, markdown: flag, help: { ...flag, short: 'h' } },
      ...{ only: text, rounds: text, objects: text, size: text, json: text },
      'at-once': { ...text, default: '4' },
      directory: { ...text, default: os.tmpdir() },
    },
  });
  const { quick } = values;
  const only = values.only?.split(',').map((name) => name.trim()) ?? PROTOCOLS;
  const strange = only.find((name) => !PROTOCOLS.includes(name));
  if (strange !== undefined) throw new Error(`--only: "${strange}" is none of ${PROTOCOLS.join(', ')}`);
  return {
    ...values,
    only,
    rounds: positive('--rounds', values.rounds ?? (quick ? '1' : '5')),
    objects: positive('--objects', values.objects ?? (quick ? '8' : '16')),
    bytes: positive('--size', values.size ?? (quick ? '8' : '64')) * 2 ** 20,
    atOnce: positive('--at-once', values['at-once']),
    directory: path.resolve(values.directory),
  };
}

function positive(option, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${option}: "${text}" is no number from 1 on`);
  return number;
}
