/*
 * Preloaded into a worker with `--import`. Shifts the process's clock by the ms in a file, whose path is the query string of this
 * module's URL. Timers and monotonic time stay unchanged, as when a host's clock is set. Also exits when the parent process exits.
 */
import { readFileSync } from 'node:fs';

const file = decodeURIComponent(new URL(import.meta.url).search.slice(1));
const RealDate = Date;
let offset = 0;
const readOffset = () => {
  offset = Number(readFileSync(file, 'utf8'));
};
readOffset();
setInterval(readOffset, 50).unref();

const now = (): number => RealDate.now() + offset;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

process.on('disconnect', () => process.exit(1));
// The channel must not keep the process running.
process.channel?.unref();
