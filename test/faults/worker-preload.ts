/*
 * Preloaded into a worker with `--import`. It sets the process's clock off by what a file says, in ms: its path is behind the `?`
 * of this one. Timers and monotonic time stay as they are, as they do when a host's clock is set. And it ends the process
 * with its parent, however that ends.
 */
import { readFileSync } from 'node:fs';

const file = decodeURIComponent(new URL(import.meta.url).search.slice(1));
const RealDate = Date;
let offset = 0;
const look = () => {
  offset = Number(readFileSync(file, 'utf8'));
};
look();
setInterval(look, 50).unref();

const now = (): number => RealDate.now() + offset;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

process.on('disconnect', () => process.exit(1));
// Not a reason to go on running.
process.channel?.unref();
