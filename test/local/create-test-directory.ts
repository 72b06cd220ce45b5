import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Creates a directory that is removed after the test. */
export async function createTestDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'order-pipeline-test-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** Creates a directory that every user can write to, such as the user that Postgres runs as, who is not root. */
export async function createOpenDirectory(): Promise<string> {
  const directory = await createTestDirectory();
  await chmod(directory, 0o777);
  return directory;
}
