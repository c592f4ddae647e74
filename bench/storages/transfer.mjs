// What stands for Firn: puts or gets the objects of a plan with one storage driver, so many at a time.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { fileBody } from '#storage';
import { storageDriver } from '#storage/drivers';

const plan = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
// What has come meanwhile is written at once, as the clients do it too.
const BUFFER_BYTES = 1 << 20;
const fileOf = ({ name }) =>
  fs.createWriteStream(path.join(plan.directory, name), { highWaterMark: BUFFER_BYTES });
const storage = await storageDriver(plan.kind).open({ ...plan.settings, connections: plan.atOnce });
const transfer = {
  put: ({ name, path: file, size, sha256 }) => storage.put(name, fileBody(file, size, sha256)),
  get: async (file) => pipeline(await storage.get(file.name), fileOf(file)),
}[plan.direction];
const waiting = [...plan.files];
const lane = async () => {
  for (let file; (file = waiting.shift());) await transfer(file);
};
await Promise.all(Array.from({ length: plan.atOnce }, lane));
await storage.close();
