import { text } from 'node:stream/consumers';
import type { IngestServices } from './ingest-services.ts';

type Results = Pick<IngestServices, 'objectStore' | 'resultsBucket'>;

/**
 * The value of a JSON object in the results bucket.
 *
 * @throws ServiceError
 */
export async function readJson<Value>({ objectStore, resultsBucket }: Results, key: string): Promise<Value> {
  const { body } = await objectStore.open(resultsBucket, key);
  return JSON.parse(await text(body));
}

/** The same; undefined where there is none. */
export async function readJsonIfThere<Value>(results: Results, key: string): Promise<Value | undefined> {
  // Asked for by name, one that is not there is refused, as if it were forbidden, to those who may not list the whole bucket.
  const [first] = await results.objectStore.list(results.resultsBucket, key);
  return first?.key === key ? readJson<Value>(results, key) : undefined;
}
